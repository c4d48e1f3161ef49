"""What Hushgate has nothing like."""

from tests.api.adapters.conftest import Ask


def test_it_reads_as_switched_off_and_is_not_to_be_switched_on(agh: Ask) -> None:
    for what in ("safebrowsing", "parental", "safesearch"):
        assert agh("GET", f"/{what}/status").json()["enabled"] is False
        assert agh("POST", f"/{what}/disable").status_code == 200
        refused = agh("POST", f"/{what}/enable")
        assert refused.status_code == 400
        assert "nothing like it" in refused.text
        assert agh("GET", f"/{what}/status").json()["enabled"] is False


def test_safe_search_is_off_for_each_service(agh: Ask) -> None:
    now = agh("GET", "/safesearch/status").json()
    assert agh("PUT", "/safesearch/settings", json=now).status_code == 200
    assert agh("PUT", "/safesearch/settings", json={**now, "enabled": True}).status_code == 400
