"""A form that a service refused: what its page shows next."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from gateway.bodies import Posted
from gateway.errors import status_of
from gateway.web.forms import Form
from kit.errors import Aborted, Error, FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, ResourceExhausted, Unavailable

# What the form's own page can say; whatever else goes wrong is a page of its own.
REFUSALS = (InvalidArgument, PermissionDenied, FailedPrecondition, Aborted, ResourceExhausted, Unavailable)


@dataclass(frozen=True)
class Again:
    """`form`: what was typed, with what is wrong with it. `conflict`: somebody was faster; the form then stands beside the news."""

    form: Form
    conflict: bool
    status: int


async def as_it_is(thing: Awaitable[Any], error: Error) -> Any:
    """For its page with the form once more. Raises `error` where the reader can't see the thing at all."""
    try:
        return await thing
    except NotFound:
        raise error from None


def form_again(error: Error, posted: Posted, errors: dict[str, str], *, allowed: bool) -> Form:
    """With what is wrong. `allowed`: the form itself is this person's to send, so that only what he typed may have been denied.

    Raises `error` where the form wouldn't help, or what was typed is shown nowhere again (Đ5).
    """
    if error.reason in ("REQUEST_ID_REUSED", "SECRET_DOCUMENT_REFUSED") or (isinstance(error, PermissionDenied) and not allowed):
        raise error
    return posted.again(error, errors)


def again(error: Error, posted: Posted, errors: dict[str, str], *, version: int, allowed: bool) -> Again:
    """`version`: of the thing that the form was made for, as it is now; `allowed`: whether the act still is.

    Raises `error` where the form wouldn't help.
    """
    form = form_again(error, posted, errors, allowed=allowed)
    if isinstance(error, Unavailable) and version != posted.version:
        # Perhaps it was done and only the answer got lost: the same request again will tell.
        raise error
    if error.reason == "STALE_VERSION" or not allowed:
        return Again(Form(posted.values), True, status_of(error))
    return Again(form, False, status_of(error))
