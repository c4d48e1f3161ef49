"""Who makes a change, for the history."""

import os
import pwd

import msgspec


class Author(msgspec.Struct, frozen=True):
    """Who, and from where."""

    who: str  # "admin", "token backup", "command line (root)", "keeper"
    whence: str = ""  # the client's address; "" on the box itself


def local() -> Author:
    """Whoever runs this process from a terminal or a script on the box."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container's user without a name
        name = f"user {number}"
    return Author(f"command line ({name})")


KEEPER = Author("keeper")
