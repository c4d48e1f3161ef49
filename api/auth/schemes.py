"""How a caller may prove who it is, for the OpenAPI document. Reads headers only; callers.py decides."""

from fastapi.security import APIKeyCookie, HTTPBearer

COOKIE = "hushgate_session"

bearer = HTTPBearer(auto_error=False, scheme_name="token", description="An API token.")
cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description="A browser's login; changes also need the header X-CSRF-Token.",
)
