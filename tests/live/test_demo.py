"""`hushgate demo` against a running box: a phone for those who have none, and gone again without a trace."""

from tests.live.house import TELEMETRY, House, eventually

DEVICE = "127.77.0.8"


def test_the_demo_phone_is_seen_and_marked_and_leaves_no_trace(house: House) -> None:
    house.address(TELEMETRY)  # by somebody else, whose row stays
    scenes = house.rows("demo", "--seconds", "1")
    assert sum(scene["asked"] for scene in scenes) > 20
    blocked = {name for scene in scenes for name in scene["blocked"]}
    assert "tracking.intl.miui.com" in blocked

    (device,) = [row for row in house.rows("devices") if row["key"] == DEVICE]
    assert device["kind"] == "demo"
    assert "Redmi Note" in device["name"]
    eventually(lambda: {row["name"] for row in house.log("--device", DEVICE)} >= blocked)
    rows = house.log("--device", DEVICE)
    told = {row["name"]: row for row in rows if row["type"] == "A"}
    assert {told[name]["action"] for name in blocked} == {"blocked"}
    assert all(told[name]["company"] and told[name]["purpose"] for name in blocked)
    assert told["www.wikipedia.org"]["action"] != "blocked"

    removed = house.run("demo", "--remove")
    assert removed.returncode == 0, removed.stderr
    assert house.log("--device", DEVICE) == []
    assert DEVICE not in {row["key"] for row in house.rows("devices")}
    assert house.log("--name", TELEMETRY)


def test_people_are_told_what_was_blocked_and_how_to_go_on(house: House) -> None:
    played = house.run("demo", "--seconds", "0")
    assert played.returncode == 0, played.stderr
    assert "tracking.intl.miui.com" in played.stdout
    assert f"hushgate log --device {DEVICE}" in played.stderr
    assert "hushgate demo --remove" in played.stderr


def test_without_a_running_box_the_demo_says_what_to_do(house: House) -> None:
    house.stop()
    played = house.run("demo", "--seconds", "0")
    assert played.returncode == 1
    assert "Traceback" not in played.stderr
    assert "hushgate status" in played.stderr or "hushgate up" in played.stderr
