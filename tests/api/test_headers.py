from api.headers import DATA_POLICY, PAGE_POLICY, added


def test_no_policy_allows_what_is_unsafe_or_elsewhere() -> None:
    for policy in (DATA_POLICY, PAGE_POLICY):
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        for weak in ("unsafe", "http:", "https:", "*", "blob:"):
            assert weak not in policy


def test_a_page_may_be_installed_as_an_app_with_a_worker_of_its_own() -> None:
    assert "manifest-src 'self'; worker-src 'self';" in PAGE_POLICY


def test_every_answer_has_them_and_only_https_is_for_ever() -> None:
    plain, secure = (dict(added([], path="/v1/x", https=https)) for https in (False, True))
    assert plain[b"x-content-type-options"] == b"nosniff"
    assert plain[b"cache-control"] == b"no-store"
    assert b"strict-transport-security" not in plain
    assert b"strict-transport-security" in secure
    assert not [name for name in secure if name.startswith(b"access-control") or name == b"server"]


def test_a_page_may_load_its_parts_and_data_nothing() -> None:
    page = dict(added([(b"content-type", b"text/html; charset=utf-8")], path="/", https=False))
    assert page[b"content-security-policy"] == PAGE_POLICY.encode()
    data = dict(added([(b"content-type", b"application/json")], path="/v1/x", https=False))
    assert data[b"content-security-policy"] == DATA_POLICY.encode()


def test_what_a_route_has_set_stays() -> None:
    made = added([(b"Cache-Control", b"max-age=60")], path="/v1/x", https=False)
    assert [value for name, value in made if name.lower() == b"cache-control"] == [b"max-age=60"]
