"""The one family of errors. The type says whose fault it is and so what is answered."""


class HushgateError(Exception):
    """Any error of ours. `hint` tells the person what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(HushgateError):
    """The user's settings are wrong: one line with file and line number, exit code 2."""


class UsageError(HushgateError):
    """The user asked for something that cannot be: an unknown group, an unusable rule. Exit code 1."""


class Missing(UsageError):
    """What was named is not there."""


class Conflict(UsageError):
    """It is there already, or is not to be changed that way."""


class Stale(Conflict):
    """Somebody else changed it meanwhile."""


class ClientFault(HushgateError):
    """The packet is the asker's fault: FORMERR, NOTIMP, REFUSED or silence, never an event of ours."""


class WireError(ClientFault):
    """Bytes that are no DNS message we accept. `rcode` is what to answer, None for silence."""

    def __init__(self, message: str, *, rcode: int | None = None) -> None:
        super().__init__(message)
        self.rcode = rcode


class Unreadable(HushgateError):
    """Bytes that are not what the reader reads: another protocol, broken, or made to be misread."""


class UpstreamFault(HushgateError):
    """An upstream failed, lied or was silent: SERVFAIL (or a stale answer), counted per upstream."""


class OwnFault(HushgateError):
    """Hushgate itself failed: SERVFAIL and an event. The old state stays."""
