"""An error arrives at the caller as it was raised, and nothing else does."""

import unicodedata

import pytest
from google.rpc import error_details_pb2
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from ykcd.directive.v1 import directive_pb2 as pb

from kit.errors import Error, InvalidArgument, Unavailable, Violation
from kit.rpc.method import as_error
from kit.rpc.validation import validate
from kit.tests.toy import app


def test_an_unexpected_failure_shows_no_internals() -> None:
    shown = as_error(RuntimeError("password=hunter2 at /srv/secret"))
    assert (shown.reason, type(shown)) == ("INTERNAL", Error)
    assert "hunter2" not in str(shown.to_status())


@pytest.mark.article("Đ5")
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO dead_letter (subject, payload, problem, deliveries) VALUES ('hoàng yến', '', '', 1)",
        "INSERT INTO calendar_day VALUES ('2025-01-01', 1, 'hoàng yến'), ('2025-01-01', 2, 'hoàng yến')",
    ],
    ids=["a missing value", "a taken key"],
)
async def test_the_database_never_quotes_the_row_that_it_refused(serve, statement: str) -> None:
    """Đ5: its messages end in logs. It leaves the values out because row-level security is in force for the role."""
    stack = await serve(app)
    with pytest.raises(IntegrityError) as caught:
        async with stack.session() as session:
            await session.execute(text(statement))
    assert "violates" in str(caught.value.orig)
    assert "hoàng yến" not in str(caught.value)[: str(caught.value).index("[SQL:")]
    assert "DETAIL" not in str(caught.value)


def test_every_error_carries_reason_and_fields() -> None:
    status = InvalidArgument.fields([Violation("a.b[0]", "X", "Sai.")]).to_status()
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(bad)
    assert (info.reason, info.domain) == ("INVALID_FIELDS", "ykcd")
    assert (bad.field_violations[0].field, bad.field_violations[0].localized_message.locale) == ("a.b[0]", "vi")


def test_what_may_be_retried_says_when() -> None:
    retry = error_details_pb2.RetryInfo()
    assert Unavailable(reason="X", message="Y", retry_seconds=1.5).to_status().details[1].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 1500


def test_nul_is_named_and_texts_are_composed() -> None:
    request = pb.ListDirectivesRequest(page_token="a\0b")
    with pytest.raises(InvalidArgument) as caught:
        validate(request)
    assert [v.path for v in caught.value.violations] == ["page_token"]
    request = pb.ListDirectivesRequest(page_token=unicodedata.normalize("NFD", "ế"))
    validate(request)
    assert request.page_token == "ế"
