from fastapi import Request, Response

from api.auth.cookies import clear_cookie, read_cookie, set_cookie

VALUE = "A" * 43


def request(*cookies: str, scheme: str = "http") -> Request:
    headers = [(b"host", b"localhost"), *((b"cookie", text.encode()) for text in cookies)]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": scheme,
            "path": "/",
            "query_string": b"",
            "headers": headers,
            "server": ("localhost", 80),
        }
    )


def test_the_one_cookie_of_ours_is_read() -> None:
    assert read_cookie(request(f"hushgate_session={VALUE}")) == VALUE
    assert read_cookie(request(f"a=b; hushgate_session={VALUE}; c=d")) == VALUE
    assert read_cookie(request(f"__Host-hushgate_session={VALUE}", scheme="https")) == VALUE


def test_what_is_not_clearly_ours_is_none() -> None:
    for cookies in (
        (),
        ("",),
        ("hushgate_session=short",),
        (f"hushgate_session={VALUE}x",),
        (f"hushgate_session={VALUE}; hushgate_session={VALUE}",),
        (f"hushgate_session={VALUE}", f"hushgate_session={'B' * 43}"),
        (f"__Host-hushgate_session={VALUE}",),
        (f"Hushgate_Session={VALUE}",),
    ):
        assert read_cookie(request(*cookies)) == ""
    assert read_cookie(request(f"hushgate_session={VALUE}", scheme="https")) == ""


def test_it_is_set_and_cleared_under_the_same_name_and_terms() -> None:
    for scheme, name in (("http", "hushgate_session"), ("https", "__Host-hushgate_session")):
        response = Response()
        set_cookie(request(scheme=scheme), response, VALUE)
        clear_cookie(request(scheme=scheme), response)
        made, cleared = response.headers.getlist("set-cookie")
        assert made.startswith(f"{name}={VALUE};")
        assert cleared.startswith(f'{name}="";')
        assert "Max-Age=0" in cleared
        for text in (made, cleared):
            assert "HttpOnly" in text
            assert "SameSite=strict" in text
            assert ("Secure" in text) == (scheme == "https")
            assert "Domain" not in text
