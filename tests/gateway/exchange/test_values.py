import msgspec
import pytest

from gateway.exchange.values import GroupIn, RuleIn


def test_what_is_not_said_is_the_usual() -> None:
    rule = msgspec.json.decode(b'{"text": "||a.example^"}', type=RuleIn)
    assert (rule.group, rule.enabled, rule.expires, rule.tags) == ("everyone", True, 0, ())
    assert GroupIn("kids").inherit


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"text": "||a.example^", "sudo": true}', type=RuleIn)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"name": "kids", "profile": "mild"}', type=GroupIn)
