"""A form that a service refused: what its page shows next."""

from dataclasses import dataclass

from gateway.bodies import Posted
from gateway.errors import status_of
from gateway.web.forms import Form
from kit.errors import Aborted, Error, FailedPrecondition, InvalidArgument, ResourceExhausted, Unavailable

# What the form's own page can say; whatever else goes wrong is a page of its own.
REFUSALS = (InvalidArgument, FailedPrecondition, Aborted, ResourceExhausted, Unavailable)


@dataclass(frozen=True)
class Again:
    """`form`: what was typed, with what is wrong with it. `conflict`: somebody was faster; the form then stands beside the news."""

    form: Form
    conflict: bool
    status: int


def again(error: Error, posted: Posted, errors: dict[str, str], *, version: int, allowed: bool) -> Again:
    """`version`: of the thing that the form was made for, as it is now; `allowed`: whether the act still is.

    Raises `error` where the form wouldn't help.
    """
    if error.reason in ("REQUEST_ID_REUSED", "SECRET_DOCUMENT_REFUSED"):
        # What is secret is shown nowhere again (Đ5).
        raise error
    if isinstance(error, Unavailable) and version != posted.version:
        # Perhaps it was done and only the answer got lost: the same request again will tell.
        raise error
    if error.reason == "STALE_VERSION" or not allowed:
        return Again(Form(posted.values), True, status_of(error))
    return Again(posted.again(error, errors), False, status_of(error))
