"""Why the Hub gave nothing, in one clause that says what to do.

The Hub's client, its transport and the disk each raise errors of their own, wrapped in one
another; `explain` looks along the chain for what happened. Left out: what is done about it, which
is `workbook.core.hub`.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

BROKEN_OFF = ("RemoteProtocolError", "ReadError", "ReadTimeout", "ChunkedEncodingError")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BY_KIND = {  # class of huggingface_hub -> clause
    "GatedRepoError": (
        "it is gated: accept its terms on its page of the Hub, then log in with `hf auth login`"
    ),
    "RevisionNotFoundError": "the Hub has it, but not in this revision (404); check the commit",
    "RepositoryNotFoundError": (
        "the Hub knows no such model or data set (404), or keeps it private; check the name"
    ),
    "OfflineModeIsEnabled": "HF_HUB_OFFLINE is set; unset it and run again",
}


class Unavailable(Exception):
    """What was asked of the Hub cannot be had; the message is one clause without a full stop."""


def explain(error: BaseException | None, cached_only: bool = False) -> str:
    """One clause on why the Hub gave nothing and what to do about it."""
    if cached_only:
        return "WORKBOOK_OFFLINE is set and it was not fetched before; unset it and run again"
    for cause in chain(error):
        if isinstance(cause, Unavailable):
            return str(cause)
        if type(cause).__name__ in BY_KIND:
            return BY_KIND[type(cause).__name__]
        if isinstance(cause, OSError) and cause.errno in FULL:
            return "the disk is full; make room and run again"
    status = status_of(error)
    if status is not None:
        return _by_status(status)
    if any(type(cause).__name__ in BROKEN_OFF for cause in chain(error)):
        return "the connection broke off; run again, and the files that arrived whole are kept"
    if "Consistency check failed" in str(error):
        return "a file arrived with the wrong size and was not kept; run again"
    return f"the Hub is out of reach ({type(error).__name__}); connect to a network and run again"


def status_of(error: BaseException | None) -> int | None:
    """The HTTP status behind an error, looked for along its chain of causes."""
    found = (getattr(cause, "response", None) for cause in chain(error))
    return next((answer.status_code for answer in found if answer is not None), None)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what caused it, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _by_status(status: int) -> str:
    if status == 429:
        return "the Hub asks to slow down (429); wait some minutes, or log in with `hf auth login`"
    if status in (401, 403):
        return f"the Hub refuses it to this account ({status}); accept its terms and log in"
    if status == 404:
        return "the Hub knows no such model or revision (404); check the name"
    if status >= 500:
        return f"the Hub has a fault of its own ({status}); try again later"
    return f"the Hub answers {status}; try again later"
