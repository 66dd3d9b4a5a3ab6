"""Lists as the tests ask for them, and what they cost."""

from contextlib import contextmanager
from datetime import date

from sqlalchemy import event
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.testing.stack import Stack
from services.reporting.tests import factories as make
from services.reporting.tests.factories import AN, STNMT_OFFICER

F = pb.AssignmentFilter


async def search(stack: Stack, stub, person=AN, **filter) -> pb.SearchAssignmentsResponse:
    """The first page."""
    return await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(filter=F(**filter)), person)


@contextmanager
def statements(*engines):
    """Counts the SQL statements within."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    for engine in engines:
        event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def fill_all_kinds(stack: Stack) -> dict[str, str]:
    """Today is Thursday 24/04/2025. One assignment of each timeliness, by its name."""
    return {
        "UNSPECIFIED": await make.assign(stack, make.STNMT, due=None),
        "IN_TIME": await make.assign(stack, make.STNMT, state="ACCEPTED", due=date(2025, 4, 29)),
        "OVERDUE": await make.assign(stack, make.SYT, state="IN_PROGRESS", due=date(2025, 4, 1), specialist=make.BINH),
        "DONE_ON_TIME": await make.assign(stack, make.SYT, state="VERIFIED", due=date(2025, 4, 10), completed=date(2025, 4, 10)),
        "DONE_LATE": await make.assign(stack, make.SYT, state="REPORTED", due=date(2025, 4, 10), completed=date(2025, 4, 11)),
        "AWAITING_UPDATE": await make.assign(stack, make.STNMT, due=date(2025, 4, 23), specialist=None, delegates=(STNMT_OFFICER,)),
    }
