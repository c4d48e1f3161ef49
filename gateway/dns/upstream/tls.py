"""TLS contexts for DoT and DoH: certificates are always verified."""

import functools
import ssl
import time
from typing import Literal

# A box without a battery starts in 1970 and needs DNS to learn the time. Before this date (older than
# this code) the clock is certainly wrong, and a certificate's dates are not held against it.
EARLIEST = 1_767_225_600  # 2026-01-01
NO_CHECK_TIME = ssl.VerifyFlags(0x200000)  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME


@functools.cache
def system_context(protocol: Literal["dot", "doh"]) -> ssl.SSLContext:
    """The system's trust, loaded once for each protocol (ALPN differs); costs 2 MB and 20 ms."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8310 §9
    context.set_alpn_protocols(["dot"] if protocol == "dot" else ["h2"])
    return context


def clock_is_wrong(now: float) -> bool:
    """Is `now` (Unix seconds) certainly not the time?"""
    return now < EARLIEST


def fit_to_clock(context: ssl.SSLContext, now: float | None = None) -> None:
    """Check a certificate's dates, unless the clock is certainly wrong. Counts for the next handshake."""
    if clock_is_wrong(time.time() if now is None else now):
        context.verify_flags |= NO_CHECK_TIME
    else:
        context.verify_flags &= ~NO_CHECK_TIME
