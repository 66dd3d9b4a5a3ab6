"""The calendar and what it makes of due dates."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from ykcd.deadline.v1 import deadline_pb2 as pb
from ykcd.deadline.v1 import deadline_pb2_grpc

from kit.clock import local_date
from kit.copies import working_calendar
from kit.dates import to_date
from kit.page import Page
from kit.rpc import Call, Servicer, read, write
from services.deadline.convert import deadline_to_proto, preview, release_to_proto, suggestion_to_proto
from services.deadline.model.loose_words import suggest
from services.deadline.queries import calendars as queries
from services.deadline.queries import clocks
from services.deadline.service import calendars

# Of a preview: beyond it only counts are told.
SHOWN = 500


class DeadlineService(Servicer, deadline_pb2_grpc.DeadlineServiceServicer):
    @read
    async def GetCalendar(self, call: Call, request: pb.GetCalendarRequest) -> pb.Calendar:
        release = await queries.latest_release(call.session)
        calendar = release.days if release else pb.Calendar()
        if request.year:
            days = [day for day in calendar.days if day.date.year == request.year]
            del calendar.days[:]
            calendar.days.extend(days)
        return calendar

    @read
    async def PreviewDueDate(self, call: Call, request: pb.PreviewDueDateRequest) -> pb.DueDatePreview:
        due_date = to_date(request.due_date, "due_date") - timedelta(days=request.exclusive)
        calendar = await working_calendar(call.session)
        return preview(due_date, due_exact=request.exclusive, calendar=calendar, today=local_date(call.now))

    @read
    async def SuggestDueDate(self, call: Call, request: pb.SuggestDueDateRequest) -> pb.DueDateSuggestion:
        return suggestion_to_proto(suggest(request.text, to_date(request.issue_date, "issue_date")))

    @read
    async def GetDeadline(self, call: Call, request: pb.GetDeadlineRequest) -> pb.Deadline:
        return deadline_to_proto(await clocks.deadline(call.session, call.actor, UUID(request.assignment_id)))

    @read
    async def PreviewCalendar(self, call: Call, request: pb.PreviewCalendarRequest) -> pb.CalendarPreview:
        version, moved = await calendars.preview(call.session, call.actor, request.days)
        counts = Counter(each.unit_id for each in moved).most_common()
        units = [pb.UnitMoves(unit_id=unit_id, count=count) for unit_id, count in counts]
        return pb.CalendarPreview(version=version, moved_count=len(moved), units=units, moved=moved[:SHOWN])

    @write
    async def ImportCalendar(self, call: Call, request: pb.ImportCalendarRequest) -> pb.Calendar:
        return await calendars.import_calendar(call.session, call.actor, asked=request, now=call.now)

    @read
    async def ListCalendarReleases(self, call: Call, request: pb.ListCalendarReleasesRequest) -> pb.ListCalendarReleasesResponse:
        page = Page(call, request, key=(int,))
        rows = await queries.releases(call.session, before=page.after[0] if page.after else None, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.version,))
        return pb.ListCalendarReleasesResponse(releases=[release_to_proto(row) for row in shown], next_page_token=token)
