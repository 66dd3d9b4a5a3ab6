"""The gRPC door: proto in, use case, proto out."""

from datetime import timedelta
from uuid import UUID

from ykcd.deadline.v1 import deadline_pb2, deadline_pb2_grpc

from kit.clock import local_date
from kit.copies import working_calendar
from kit.dates import to_date
from kit.rpc import Call, Servicer, read
from services.deadline import queries
from services.deadline.convert import deadline_to_proto, preview


class DeadlineService(Servicer, deadline_pb2_grpc.DeadlineServiceServicer):
    @read
    async def GetCalendar(self, call: Call, request: deadline_pb2.GetCalendarRequest) -> deadline_pb2.Calendar:
        release = await queries.latest_release(call.session)
        calendar = deadline_pb2.Calendar.FromString(release.calendar) if release else deadline_pb2.Calendar()
        if request.year:
            days = [day for day in calendar.days if day.date.year == request.year]
            del calendar.days[:]
            calendar.days.extend(days)
        return calendar

    @read
    async def PreviewDueDate(self, call: Call, request: deadline_pb2.PreviewDueDateRequest) -> deadline_pb2.DueDatePreview:
        due_date = to_date(request.due_date, "due_date") - timedelta(days=request.exclusive)
        calendar = await working_calendar(call.session)
        return preview(due_date, due_exact=request.exclusive, calendar=calendar, today=local_date(call.now))

    @read
    async def GetDeadline(self, call: Call, request: deadline_pb2.GetDeadlineRequest) -> deadline_pb2.Deadline:
        return deadline_to_proto(await queries.deadline(call.session, call.actor, UUID(request.assignment_id)))
