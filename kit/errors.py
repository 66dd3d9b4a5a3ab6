"""The errors that cross our borders: an UPPER_SNAKE reason for machines, Vietnamese for people, the field where there is one.

A use case raises them; `kit.rpc` turns them into google.rpc.Status once, the gateway into problem+json or a page once. Anything else
that is raised is a defect of ours and shows as INTERNAL without its text.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

DOMAIN = "ykcd"


@dataclass(frozen=True)
class Violation:
    """One wrong field: its path in the request, a reason, what to tell the person."""

    path: str
    reason: str
    message: str


@dataclass(eq=False)
class Error(Exception):
    """Base of all; raise a subclass."""

    code: ClassVar[int] = code_pb2.INTERNAL
    reason: str = "INTERNAL"
    message: str = "Hệ thống gặp lỗi. Vui lòng thử lại sau."
    violations: list[Violation] = field(default_factory=list)
    # Facts that go with the reason, e.g. {"version": "3"}.
    metadata: dict[str, str] = field(default_factory=dict)
    retry_seconds: float | None = None
    # Goes to the audit log as a refused access.
    denial: bool = False

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"

    def to_status(self) -> status_pb2.Status:
        """google.rpc.Status with ErrorInfo, and BadRequest and RetryInfo where they apply."""
        status = status_pb2.Status(code=self.code, message=self.message)
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.metadata)
        details: list = [info]
        if self.violations:
            bad = error_details_pb2.BadRequest()
            for violation in self.violations:
                item = bad.field_violations.add(field=violation.path, reason=violation.reason, description=violation.message)
                item.localized_message.locale, item.localized_message.message = "vi", violation.message
            details.append(bad)
        if self.retry_seconds is not None:
            delay = Duration()
            delay.FromMilliseconds(int(self.retry_seconds * 1000))
            details.append(error_details_pb2.RetryInfo(retry_delay=delay))
        for detail in details:
            packed = Any()
            packed.Pack(detail)
            status.details.append(packed)
        return status

    def to_grpc(self) -> grpc.Status:
        """The same, as grpc's abort_with_status takes it."""
        return rpc_status.to_status(self.to_status())


class InvalidArgument(Error):
    code = code_pb2.INVALID_ARGUMENT

    @classmethod
    def field(cls, path: str, reason: str, message: str) -> Self:
        """One wrong field."""
        return cls(reason=reason, message=message, violations=[Violation(path, reason, message)])

    @classmethod
    def fields(cls, violations: list[Violation]) -> Self:
        """Several wrong fields at once, so that nobody mends them one by one."""
        return cls(reason="INVALID_FIELDS", message="Thông tin chưa hợp lệ, vui lòng kiểm tra lại.", violations=violations)


@dataclass(eq=False)
class Unauthenticated(Error):
    code = code_pb2.UNAUTHENTICATED
    denial: bool = True


@dataclass(eq=False)
class PermissionDenied(Error):
    code = code_pb2.PERMISSION_DENIED
    denial: bool = True


@dataclass(eq=False)
class NotFound(Error):
    """Also for what exists but isn't the caller's to see: the two must look alike, and both are noted."""

    code = code_pb2.NOT_FOUND
    denial: bool = True


class AlreadyExists(Error):
    code = code_pb2.ALREADY_EXISTS


class FailedPrecondition(Error):
    """The thing isn't in a state that allows this."""

    code = code_pb2.FAILED_PRECONDITION


class Aborted(Error):
    """Somebody else was faster; read again and decide anew."""

    code = code_pb2.ABORTED


class ResourceExhausted(Error):
    code = code_pb2.RESOURCE_EXHAUSTED


class Unavailable(Error):
    code = code_pb2.UNAVAILABLE


def not_found(what: str = "Không tìm thấy nội dung yêu cầu.") -> NotFound:
    """One answer for the missing and the foreign."""
    return NotFound(reason="NOT_FOUND", message=what)


def stale_version(current: int) -> Aborted:
    """The caller decided on an older version."""
    return Aborted(
        reason="STALE_VERSION",
        message="Nội dung đã được người khác cập nhật. Vui lòng tải lại và kiểm tra trước khi thực hiện.",
        metadata={"version": str(current)},
    )


def unavailable(dependency: str) -> Unavailable:
    """A part that we need is down; it comes back by itself."""
    return Unavailable(
        reason="DEPENDENCY_UNAVAILABLE",
        message="Hệ thống đang gián đoạn tạm thời. Vui lòng thử lại sau ít giây.",
        metadata={"dependency": dependency},
        retry_seconds=2.0,
    )


_BY_CODE = {cls.code: cls for cls in Error.__subclasses__()}


def from_rpc(error: grpc.RpcError) -> Error:
    """The error that a service raised, as its caller sees it."""
    status = rpc_status.from_call(error)
    if status is None:
        return _from_bare_code(error)
    found = _BY_CODE.get(status.code, Error)(reason=grpc.StatusCode(_grpc_code(status.code)).name, message=status.message)
    for detail in status.details:
        _read_detail(found, detail)
    return found


def _read_detail(found: Error, detail: Any) -> None:
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    if detail.Unpack(info):
        found.reason, found.metadata = info.reason, dict(info.metadata)
    elif detail.Unpack(bad):
        found.violations = [Violation(item.field, item.reason, item.description) for item in bad.field_violations]
    elif detail.Unpack(retry):
        found.retry_seconds = retry.retry_delay.ToMilliseconds() / 1000


def _grpc_code(number: int) -> tuple[int, str]:
    return next(code.value for code in grpc.StatusCode if code.value[0] == number)


def _from_bare_code(error: grpc.RpcError) -> Error:
    """A status without details comes from grpc itself: the peer is away, or the message too large."""
    code = error.code()  # type: ignore[attr-defined]
    if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
        return unavailable("grpc")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return ResourceExhausted(reason="MESSAGE_TOO_LARGE", message="Nội dung gửi lên quá lớn.")
    return _BY_CODE.get(code.value[0], Error)(reason=code.name)
