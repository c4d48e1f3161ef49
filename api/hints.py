"""Hints that name a command, said as the request that does the same: whoever asks here has no command line."""

import re

# The longer before what they begin with. What only the box itself can do (`hushgate account reset`) stays as it is.
_REQUESTS = (
    ("rules list", "GET /v1/rules"),
    ("lists list", "GET /v1/lists"),
    ("lists refresh", "POST /v1/lists:refresh"),
    ("lists add FILE", "POST /v1/lists"),
    ("devices", "GET /v1/devices"),
    ("token", "GET /v1/tokens"),
    ("generations", "GET /v1/generations"),
    (r"groups set (\S+)(?: …)?", r"PATCH /v1/groups/\1"),
    ("bundle list", "GET /v1/bundles"),
    (r"bundle remove (\S+)", r"DELETE /v1/bundles/\1"),
    ("bundle keys add PUBLIC_KEY", "POST /v1/bundle-keys"),
    (r"bundle keys remove (\S+)", r"DELETE /v1/bundle-keys/\1"),
    ("bundle keys", "GET /v1/bundle-keys"),
    ("backup", "GET /v1/backup"),
)
# Ends before whatever would make it another command: `hushgate token create`, `hushgate bundle keys add`.
_KNOWN = tuple(
    (re.compile(rf"`?hushgate {command}`?(?! (?:add|create|remove|set)\b)"), request)
    for command, request in _REQUESTS
)


def for_requests(hint: str) -> str:
    """`hint`, its commands replaced where there is a request for them."""
    for command, request in _KNOWN:
        hint = command.sub(request, hint)
    return hint
