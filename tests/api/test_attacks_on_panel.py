"""Attacks on what the panel is made of: its pages and pictures, the demo phone, the trace, the settings."""

from pathlib import Path

import msgspec
import pytest

from gateway.access import Scope
from gateway.demo.phone import LOOPBACK
from gateway.settings import Dns
from gateway.store import devices
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.events import event


def logged(served: Api) -> set[str]:
    return {row["device"] for row in served.call("GET", "/v1/log").json()["items"]}


@pytest.mark.parametrize("key", ["127.0.0.1", "::1", "192.0.2.7"])
def test_who_may_set_devices_has_no_log_wiped_by_calling_a_device_a_demo(served: Api, key: str) -> None:
    """As 127.0.0.1 a forwarder on the box asks for the whole house."""
    idle_box.note(served.data, event(device=key), event(device=LOOPBACK))
    named = served.call("PATCH", f"/v1/devices/{key}", Scope.DEVICES, json={"name": "x", "kind": "demo"})
    assert named.status_code == 200
    for scope in (Scope.DEVICES, Scope.ADMIN):  # nor does an admin wipe it by the way
        assert served.call("DELETE", "/v1/demo", scope).status_code == 200
        assert logged(served) == {key}


def test_where_the_demo_asks_as_the_box_itself_only_an_admin_wipes_that_log(data_dir: Path) -> None:
    data = idle_box.made(data_dir)
    listen = Dns(listen=("[::1]:5353",))
    data.write_settings(msgspec.structs.replace(data.read_settings(), dns=listen))
    with api.serving(data) as served:
        idle_box.note(data, event(device="::1"))
        with served.box.works.change("marked") as change:
            devices.put_device(change.session, "::1", now=1, name="x", kind="demo")
        for query in ("", "?dry_run=true"):
            assert served.call("DELETE", f"/v1/demo{query}", Scope.DEVICES).status_code == 403
        assert logged(served) == {"::1"}
        assert served.call("DELETE", "/v1/demo").json()["wiped_rows"] == 1
