"""To checked addresses only, within a deadline, and nowhere else."""

import pytest

from api.webhooks import sending
from api.webhooks.sending import Message, SendFault
from gateway.errors import UsageError
from tests.fakes.receiver import receiving

MESSAGE = Message([("webhook-id", "a-1")], b'{"kind":"test"}')


def test_a_message_arrives_whole() -> None:
    with receiving(204) as receiver:
        assert sending.send(receiver.url, MESSAGE, allow_private=True) == 204
    (got,) = receiver.got
    assert got.body == MESSAGE.body
    assert got.headers["webhook-id"] == "a-1"
    assert got.headers["content-type"] == "application/json"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_address_of_our_own_network_unless_that_is_allowed(host: str) -> None:
    with receiving(204) as receiver:
        url = receiver.url.replace("127.0.0.1", host)
        with pytest.raises(SendFault, match="no public address"):
            sending.send(url, MESSAGE, allow_private=False)
    assert not receiver.got


def test_a_redirect_is_not_followed() -> None:
    with receiving(204) as other, receiving(307, location=other.url) as receiver:
        with pytest.raises(SendFault, match="redirects are not followed") as caught:
            sending.send(receiver.url, MESSAGE, allow_private=True)
        assert caught.value.status == 307
    assert not other.got


@pytest.mark.parametrize("status", [400, 410, 500, 503])
def test_whatever_is_no_success_is_a_fault(status: int) -> None:
    with receiving(status) as receiver, pytest.raises(SendFault, match=str(status)) as caught:
        sending.send(receiver.url, MESSAGE, allow_private=True)
    assert caught.value.status == status


def test_a_silent_receiver_is_left_alone_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.3)
    with receiving(silent=True) as receiver, pytest.raises(SendFault, match=r"not finished after 0\.3 s"):
        sending.send(receiver.url, MESSAGE, allow_private=True)


def test_where_nobody_listens_it_says_so() -> None:
    with receiving() as receiver:
        url = receiver.url
    with pytest.raises(SendFault, match="cannot connect"):
        sending.send(url, MESSAGE, allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "http://",
        "https://a.example/\r\nHost: b.example",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "https://me:geheim@a.example/",
        "",
    ],
)
def test_unfit_addresses_are_refused_at_once(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        sending.check(url, allow_private=False)
    assert "geheim" not in str(caught.value)


def test_addresses_of_our_own_network_are_fit_where_they_are_allowed() -> None:
    assert sending.check("http://192.168.1.4:8123/api/webhook/x", allow_private=True).port == 8123
