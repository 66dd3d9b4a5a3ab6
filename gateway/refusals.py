"""What the gateway refuses by itself, beside what the services do."""

from typing import ClassVar

from google.rpc import code_pb2

from kit.errors import Error, InvalidArgument, NotFound, PermissionDenied, Unauthenticated, not_found


class BadRequest(InvalidArgument):
    """Not something that our own pages send."""

    http: ClassVar[int] = 400


class TooLarge(InvalidArgument):
    http: ClassVar[int] = 413


class WrongMethod(InvalidArgument):
    http: ClassVar[int] = 405


class Forged(PermissionDenied):
    """A request that our own pages didn't make."""


class UnitRequired(Error):
    """Somebody of several units hasn't said yet for which one he acts, or isn't in the one chosen any more. No form's fault."""

    code = code_pb2.INVALID_ARGUMENT


class SignInRequired(Unauthenticated):
    """Nobody is signed in."""


def no_such_page() -> NotFound:
    """Nothing was asked for that could be denied."""
    error = not_found()
    error.denial = False
    return error


def sign_in_required() -> SignInRequired:
    """A stranger who knocks."""
    return SignInRequired(reason="SIGN_IN_REQUIRED", message="Vui lòng đăng nhập.", denial=False)
