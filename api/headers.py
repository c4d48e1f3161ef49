"""What each answer tells the browser about itself. No `unsafe-*`, no other host, no CORS."""

# Pages have their script and style in files beside them; nothing is loaded from anywhere else.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ALL = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        b"microphone=(), midi=(), payment=(), usb=()",
    ),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")

Headers = list[tuple[bytes, bytes]]


def added(given: Headers, *, path: str, https: bool) -> Headers:
    """The answer's headers with those that every answer has. What a route has set itself stays."""
    have = {name.lower(): value for name, value in given}
    is_page = have.get(b"content-type", b"").startswith(b"text/html")
    wanted = [*_ALL, (b"content-security-policy", (PAGE_POLICY if is_page else DATA_POLICY).encode())]
    if https:
        wanted.append(_HSTS)  # a browser would refuse plain HTTP from then on, so never without TLS
    if path.startswith("/v1/") or is_page:
        wanted.append((b"cache-control", b"no-store"))
    return [*given, *(header for header in wanted if header[0] not in have)]
