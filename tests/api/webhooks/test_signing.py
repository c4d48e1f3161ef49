"""Signatures, checked against the example of www.standardwebhooks.com."""

import base64

from api.webhooks import signing


def test_the_standards_own_example() -> None:
    headers = dict(
        signing.headers(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
        )
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-timestamp"] == "1614265330"


def test_a_secret_has_all_the_bytes_it_was_made_of() -> None:
    secret = signing.make_secret(bytes(range(32)))
    assert base64.b64decode(secret.removeprefix("whsec_")) == bytes(range(32))


def test_a_secret_of_somebodys_own_that_is_no_base64_signs_as_it_is() -> None:
    one = signing.headers("my own secret", "a", 1, b"")
    other = signing.headers("another secret", "a", 1, b"")
    assert one != other
