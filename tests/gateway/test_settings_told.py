"""Every setting that somebody goes by is shown, with what it does and who has set it."""

import msgspec

from gateway import chosen, settings_told
from gateway.chosen import Chosen
from gateway.settings import Settings, Store

_NOT_IN_USE = {"sinkhole", "origins"}
_NOT_YET = {"firewall.fail"}


def test_every_setting_has_its_sentence() -> None:
    keys = {
        f"{section}.{field.name}"
        for section in set(Settings.__struct_fields__) - _NOT_IN_USE
        for field in msgspec.structs.fields(type(getattr(Settings(), section)))
    }
    assert set(settings_told.SAYS) == keys - _NOT_YET
    assert all(says.endswith((".", "?")) for says in settings_told.SAYS.values())


def test_a_setting_is_told_with_its_origin_and_whether_it_may_be_changed() -> None:
    settings = chosen.over(
        Settings(origins={"dns.workers": "flag"}), Chosen(1, values={"dns.blocked_ttl": 60})
    )
    told = {one.key: one for one in settings_told.told(settings)}
    assert (told["dns.workers"].source, told["dns.workers"].editable) == ("flag", False)
    ttl = told["dns.blocked_ttl"]
    assert (ttl.value, ttl.default, ttl.source, ttl.editable) == (60, 10, "panel", True)
    assert (told["dns.cache_mb"].source, told["dns.cache_mb"].editable) == ("default", False)
    assert {one.key for one in told.values() if one.editable} == set(chosen.KEYS)


def test_no_password_is_told() -> None:
    secret = Settings(store=Store(url="postgresql://hushgate:secret@db/hushgate"))
    dns = msgspec.structs.replace(
        secret.dns, upstreams=("https://dns.example/q?key=secret",), domains={"lan": ("https://x/?secret",)}
    )
    told = settings_told.told(msgspec.structs.replace(secret, dns=dns))
    assert "secret" not in msgspec.json.encode(told).decode()
    assert [one.value for one in told if one.key == "dns.upstreams"] == [["https://dns.example/q?***"]]
