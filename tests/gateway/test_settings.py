import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import settings
from gateway.errors import SettingsError
from gateway.settings import Dns, Settings, endpoint, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hushgate.toml"


def loaded(
    file: Path | None, text: str | bytes = "", environment: dict[str, str] | None = None, **flags: Any
) -> Settings:
    if file is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file, environment or {}, flags)


def fault(
    file: Path | None, text: str | bytes = "", environment: dict[str, str] | None = None, **flags: Any
) -> str:
    """What is said of settings that are wrong, the folder left out."""
    with pytest.raises(SettingsError) as caught:
        loaded(file, text, environment, **flags)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message if file is None else message.replace(f"{file.parent}/", "")


def test_without_anything_the_defaults_are_in_force() -> None:
    assert load(None, {}) == Settings()


def test_every_default_passes_its_own_check() -> None:
    settings.check(Settings())


def test_settings_of_every_section_are_read(file: Path) -> None:
    text = """
        [dns]
        listen = ["127.0.0.1:5300", "[::1]:5300"]
        domains = {lan = ["udp://192.168.1.1"]}
        serve_stale = false
        [panel]
        listen = "127.0.0.1:8080"
        [firewall]
        mode = "router"
        lan = ["lan0"]
        [sinkhole]
        answer = "hold"
        [store]
        retention_days = 7
        [lists]
        max_mb = 8
    """
    read = loaded(file, text)
    assert read.dns.listen == ("127.0.0.1:5300", "[::1]:5300")
    assert read.dns.domains == {"lan": ("udp://192.168.1.1",)}
    assert (read.dns.serve_stale, read.panel.listen, read.firewall.mode) == (
        False,
        "127.0.0.1:8080",
        "router",
    )
    assert (read.firewall.lan, read.sinkhole.answer) == (("lan0",), "hold")
    assert (read.store.retention_days, read.lists.max_mb) == (7, 8)


def test_environment_overrides_the_file_and_flags_override_both(file: Path) -> None:
    text = "[dns]\nblocked_ttl = 1\nworkers = 1\ncache_mb = 1"
    variables = {"HUSHGATE_DNS__WORKERS": "2", "HUSHGATE_DNS__CACHE_MB": "2", "OTHER": "x"}
    read = loaded(file, text, variables, dns={"cache_mb": 3})
    assert (read.dns.blocked_ttl, read.dns.workers, read.dns.cache_mb) == (1, 2, 3)


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("DNS__LISTEN", "127.0.0.1:53, [::1]:53", "listen", ("127.0.0.1:53", "[::1]:53")),
        ("DNS__UPSTREAMS", "", "upstreams", ()),
        ("DNS__STRIP_ECH", "true", "strip_ech", True),
        ("DNS__RATE_LIMIT", "0", "rate_limit", 0),
        ("DNS__RECURSIVE_ANCHOR", "/etc/root.key", "recursive_anchor", "/etc/root.key"),
        ("DNS__DOMAINS", '{lan = ["udp://192.168.1.1"]}', "domains", {"lan": ("udp://192.168.1.1",)}),
        ("dns__workers".upper(), "2", "workers", 2),
    ],
)
def test_variables_have_the_type_of_their_setting(variable: str, text: str, key: str, value: object) -> None:
    assert getattr(loaded(None, "", {f"HUSHGATE_{variable}": text}).dns, key) == value


def test_every_setting_that_was_named_knows_by_whom_the_last_word_was_said(file: Path) -> None:
    found = loaded(
        file,
        "[dns]\nblocked_ttl = 5\nworkers = 1\nlisten = ['127.0.0.1:53']\n[lists]\nmax_mb = 5",
        {"HUSHGATE_DNS__WORKERS": "2", "HUSHGATE_DNS__LISTEN": "127.0.0.1:53"},
        dns={"listen": ["127.0.0.1:5353"]},
    )
    assert found.origins == {
        "dns.blocked_ttl": "file",
        "dns.workers": "environment",
        "dns.listen": "flag",
        "lists.max_mb": "file",
    }
    assert "origins: unknown setting" in fault(file, "[dns]\n", {"HUSHGATE_ORIGINS__X": "panel"})


def test_variables_that_are_no_settings_are_left_alone() -> None:
    assert loaded(None, "", dict.fromkeys(settings.OTHER_VARIABLES, "x") | {"HUSHGATES": "x"}) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[dns]\nlisten = []\nlissen = []", "hushgate.toml:3: dns.lissen: unknown setting"),
        ("\n[dnss]\nlisten = []", "hushgate.toml:2: dnss: unknown setting"),
        ("listen = []", "hushgate.toml:1: listen: unknown setting"),
        ("[dns]\n[origins]\n'dns.listen' = 'panel'", "hushgate.toml:2: origins: unknown setting"),
        ("dns.workers = 1\ndns.wrokers = 1\ndns.cache_mb = 1", "hushgate.toml:2: dns.wrokers: unknown setting"),
        ('[dns]\n"a\\nb" = 1', r"hushgate.toml:1: dns.a\u000ab: unknown setting"),
        ("[panel]\n[dns]\nworkers = 'two'", "hushgate.toml:3: dns.workers: expected `int`, got `str`"),
        ("dns = 5", "hushgate.toml:1: dns: expected `object`, got `int`"),
        ("[dns]\nlisten = [\n 1]", "hushgate.toml:2: dns.listen[0]: expected `str`, got `int`"),
        ("[firewall]\n\nmode = 'on'", "hushgate.toml:3: firewall.mode: invalid enum value 'on'"),
        ("[dns]\n[dns.domains]\nlan = 1", "hushgate.toml:2: dns.domains[...]: expected `array`, got `int`"),
        ("[dns]\nworkers = 65", "hushgate.toml:2: dns.workers: 65 is not between 0 and 64"),
        ("[store]\nmax_mb = 0", "hushgate.toml:2: store.max_mb: 0 is not between 10 and 1000000"),
        ("[dns]\nlisten = ['127.0.0.1']", "hushgate.toml:2: dns.listen: '127.0.0.1' is not an address and port"),
        ("[panel]\nlisten = 'box:80'", "hushgate.toml:2: panel.listen: 'box:80' is not an address and port"),
        ("[dns]\nallow = ['10.0.0.1/8']", "hushgate.toml:2: dns.allow: 10.0.0.1/8 has host bits set"),
        ("[dns]\nallow = ['lan']", "hushgate.toml:2: dns.allow: 'lan' does not appear to be an IPv4 or IPv6 network"),
        ("[dns]\nprivate_answers = ['a..b']", "hushgate.toml:2: dns.private_answers: 'a..b': empty label"),
        ("[dns]\nworkers =", "hushgate.toml:2: not valid TOML:"),
        ("[dns]\nlisten = ['x", "hushgate.toml:2: not valid TOML:"),
        ("[dns]\n[dns]", "hushgate.toml:2: not valid TOML:"),
        ("[dns]\nworkers = 1 2\n\n", "hushgate.toml:2: not valid TOML:"),
        (f"[dns]\nworkers = {'9' * 5000}", "hushgate.toml: not usable TOML"),
        ("[dns]\nworkers = " + "[" * 5000, "hushgate.toml: not usable TOML"),
        ("", "hushgate.toml: the file is empty"),
        (" \n\n", "hushgate.toml: the file is empty"),
        (b"\x7fELF\xff\xfe", "hushgate.toml: cannot be read: not UTF-8 text"),
        (b"\0\0\0\0", r"hushgate.toml:1: not valid TOML:"),
    ],
)  # fmt: skip
def test_fault_in_the_file_is_one_line_with_file_and_line_number(
    file: Path, text: str | bytes, message: str
) -> None:
    assert fault(file, text).startswith(message)


def test_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "gone.toml", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(SettingsError) as caught:
            load(path, {})
        assert str(caught.value) == f"{path}: cannot be read: {reason}"
        assert caught.value.hint


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("HUSHGATE_DNS__WRONG", "1", "environment: dns.wrong: unknown setting"),
        ("HUSHGATE_WRONG__LISTEN", "1", "environment: wrong: unknown setting"),
        ("HUSHGATE_DNS__WORKERS__X", "1", "environment: dns.workers__x: unknown setting"),
        ("HUSHGATE_WORKERS", "1", "HUSHGATE_WORKERS: no such setting"),
        ("HUSHGATE___X", "1", "HUSHGATE___X: no such setting"),
        ("HUSHGATE_", "1", "HUSHGATE_: no such setting"),
        ("HUSHGATE_DNS__WORKERS", "many", "environment: dns.workers: expected `int`, got `str`"),
        ("HUSHGATE_DNS__WORKERS", "[" * 5000, "environment: dns.workers: expected `int`, got `str`"),
        ("HUSHGATE_DNS__STRIP_ECH", "yes", "environment: dns.strip_ech: expected `bool`, got `str`"),
        ("HUSHGATE_DNS__LISTEN", "here", "environment: dns.listen: 'here' is not an address and port"),
        ("HUSHGATE_FIREWALL__MODE", "on", "environment: firewall.mode: invalid enum value 'on'"),
    ],
)
def test_fault_in_the_environment_names_the_setting(variable: str, text: str, message: str) -> None:
    assert fault(None, "", {variable: text}) == message


def test_blame_falls_on_the_layer_that_is_at_fault(file: Path) -> None:
    good, bad = "[dns]\nworkers = 1", "[dns]\nworkers = 99"
    assert fault(file, bad).startswith("hushgate.toml:2: ")
    assert fault(file, good, {"HUSHGATE_DNS__WORKERS": "99"}).startswith("environment: ")
    assert fault(file, bad, {"HUSHGATE_DNS__WORKERS": "98"}).startswith("environment: ")
    assert fault(file, good, dns={"workers": 99}).startswith("command line: ")
    assert fault(file, good, dns={"listen": ["nowhere"]}).startswith("command line: dns.listen: 'nowhere'")
    # A later layer that is right mends what an earlier one has wrong.
    assert loaded(file, bad, {"HUSHGATE_DNS__WORKERS": "2"}).dns.workers == 2


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:53", ("127.0.0.1", 53)),
        ("[::]:53", ("::", 53)),
        ("[2001:DB8::1]:65535", ("2001:db8::1", 65_535)),
    ],
)
def test_endpoint_is_address_and_port(text: str, address: tuple[str, int]) -> None:
    assert endpoint(text, "dns.listen") == address


@pytest.mark.parametrize(
    "text",
    ["", ":", ":53", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 53",
     "127.0.0.1:٥٣", "127.0.0.1:" + "9" * 5000, "[127.0.0.1]:53", "::1:53", "[::1]", "[::1:53", "localhost:53"],
)  # fmt: skip
def test_what_is_no_endpoint_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match="is not an address and port") as caught:
        endpoint(text, "dns.listen")
    assert "192.0.2.1:53" in caught.value.hint


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Settings().dns.workers = 2  # type: ignore[misc] # this is what must not work


def test_every_number_has_a_range() -> None:
    numbers = {
        f"{section}.{field.name}"
        for section in set(Settings.__struct_fields__) - {"origins"}
        for field in msgspec.structs.fields(type(getattr(Settings(), section)))
        if field.type is int
    }
    assert numbers == {key for key, _, _ in settings._RANGES}


# Anything ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "hushgate.toml"


_KEYS = st.sampled_from(
    (
        "listen",
        "workers",
        "domains",
        "domains.lan",
        "allow",
        '"a b"',
        "mode",
        "url",
        "max_mb",
        '"\\u2028"',
        "dns.x",
    )
)
_VALUES = st.sampled_from(
    ("1", "-1", "1e9", "nan", "true", "''", "[]", "[1]", "['x']", "{}", "{a = 1}", "{a = ['udp://9.9.9.9']}",
     "2020-01-01", "'[::]:53'", "['127.0.0.1:53']", "['10.0.0.0/8']", "'''\n'''", '"\\n"', "'router'", "'\u2028'")
)  # fmt: skip
_LINES = st.one_of(
    st.sampled_from(
        ("[dns]", "[panel]", "[firewall]", "[store]", "[lists]", "[dns.domains]", "[[dns]]", "[x]", "#", "")
    ),
    st.builds(lambda key, value: f"{key} = {value}", _KEYS, _VALUES),
    st.builds(lambda key, value: f"dns.{key} = {value}", _KEYS, _VALUES),
    st.text(max_size=20),
)


@given(
    st.one_of(
        st.binary(max_size=200), st.lists(_LINES, max_size=8).map(lambda lines: "\n".join(lines).encode())
    )
)
def test_any_file_is_settings_or_one_line_that_names_it(scratch: Path, data: bytes) -> None:
    scratch.write_bytes(data)
    try:
        read = load(scratch, {})
    except SettingsError as error:
        message = str(error)
    else:
        settings.check(read)
        return
    assert message.startswith(f"{scratch}:")
    assert len(message.splitlines()) == 1
    line = message.removeprefix(f"{scratch}:").partition(":")[0]
    assert not line.isdecimal() or 1 <= int(line) <= data.decode().count("\n") + data.decode().count("\r") + 1


@given(
    st.dictionaries(
        st.sampled_from(("DNS__LISTEN", "DNS__WORKERS", "DNS__DOMAINS", "STORE__URL", "X")), st.text()
    )
)
def test_any_environment_is_settings_or_one_line(variables: dict[str, str]) -> None:
    try:
        load(None, {f"HUSHGATE_{key}": text for key, text in variables.items()})
    except SettingsError as error:
        message = str(error)
    else:
        return
    assert len(message.splitlines()) == 1


def test_the_environment_of_this_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load.__defaults__ is not None
    assert os.environ in load.__defaults__
    monkeypatch.setenv("HUSHGATE_DNS__BLOCKED_TTL", "77")
    assert load(None).dns == msgspec.structs.replace(Dns(), blocked_ttl=77)
