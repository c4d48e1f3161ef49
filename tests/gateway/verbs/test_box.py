from pathlib import Path

from gateway.cli import parser


def test_up_takes_addresses_and_upstreams_again_and_again() -> None:
    options = parser().parse_args(
        ["up", "--dns", "127.0.0.1:53", "--dns", "[::1]:53", "--upstream", "udp://192.0.2.1", "--no-firewall"]
    )
    assert options.call == "box:up"
    assert options.dns == ["127.0.0.1:53", "[::1]:53"]
    assert (options.upstream, options.no_firewall) == (["udp://192.0.2.1"], True)


def test_a_role_is_named_and_a_check_takes_files() -> None:
    assert parser().parse_args(["run", "dns-0"]).role == "dns-0"
    options = parser().parse_args(["check", "--config", "a.toml", "--rules", "b.txt", "--json"])
    assert (options.config, options.rules, options.json) == (Path("a.toml"), Path("b.txt"), True)
