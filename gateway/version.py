"""Which Hushgate this is."""

from functools import cache


@cache
def version() -> str:
    """As packaged; "0" for a checkout that was not installed. Takes 25 ms the first time."""
    from importlib import metadata

    try:
        return metadata.version("hushgate")
    except metadata.PackageNotFoundError:
        return "0"
