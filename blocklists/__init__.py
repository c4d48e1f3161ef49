"""Facts that ship with Hushgate: the catalogue of hosts and the public lists worth subscribing to.

A regular package, so that no other folder named `blocklists` on the path can mix its files into these.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable


def catalogue() -> Traversable:
    """The folder of the catalogue: one TOML file a vendor."""
    return files(__name__) / "catalogue"


def sources() -> Traversable:
    """The file that names public lists."""
    return files(__name__) / "sources.toml"
