"""A person with a browser at the API: sets the password by the setup link, logs in, changes things."""

import time
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from gateway import setup_link
from tests.fakes.api import HOST, Api

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """One browser. `csrf` goes with each change, as a page of ours would send it."""

    api: Api
    address: str = "192.168.1.7"
    csrf: str = ""
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        """A browser without cookies."""
        self.client = TestClient(
            self.api.app,
            base_url=f"http://{HOST}",
            client=(self.address, 50000),
            raise_server_exceptions=False,
            headers={"User-Agent": "Firefox", "Sec-Fetch-Site": "same-origin", "Origin": f"http://{HOST}"},
        )

    def call(self, method: str, path: str, **more: Any) -> Response:
        """As a page of ours."""
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})} if self.csrf else {}
        return self.client.request(method, path, headers=headers, **more)

    def sets_up(self) -> "Person":
        """By the setup link."""
        with self.api.box.works.noting() as session:
            token = setup_link.make(session, int(time.time()))
        made = self.client.post("/v1/setup", json={"token": token, "password": PASSWORD})
        assert made.status_code == 201, made.text
        self.csrf = made.json()["csrf"]
        return self

    def tries(self, password: str = PASSWORD, code: str = "") -> Response:
        """To log in."""
        answer = self.client.post("/v1/session", json={"password": password, "code": code})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    def logs_in(self, code: str = "") -> "Person":
        """With the right password."""
        answer = self.tries(code=code)
        assert answer.status_code == 200, answer.text
        return self
