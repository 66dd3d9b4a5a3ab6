"""What the gateway refuses by itself, beside what the services do."""

from typing import ClassVar

from kit.errors import InvalidArgument, PermissionDenied, Unauthenticated


class BadRequest(InvalidArgument):
    """Not something that our own pages send."""

    http: ClassVar[int] = 400


class TooLarge(InvalidArgument):
    http: ClassVar[int] = 413


class WrongMethod(InvalidArgument):
    http: ClassVar[int] = 405


class Forged(PermissionDenied):
    """A request that our own pages didn't make."""


class SignInRequired(Unauthenticated):
    """Nobody is signed in."""


def sign_in_required() -> SignInRequired:
    """A stranger who knocks."""
    return SignInRequired(reason="SIGN_IN_REQUIRED", message="Vui lòng đăng nhập.", denial=False)
