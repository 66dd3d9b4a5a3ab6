"""Between the protos and the model."""

from datetime import date

from ykcd.assignment.v1.assignment_pb2 import Assignment, Decision
from ykcd.deadline.v1 import deadline_pb2, urging_pb2

from kit.dates import from_date, from_time, optional_date
from kit.identity import Actor
from kit.workdays import WorkingCalendar
from services.deadline.model import CalendarRelease, Deadline, Escalation, Obligation, UrgingNotice
from services.deadline.model.loose_words import Suggestion


def deadline_to_proto(clock: Deadline) -> deadline_pb2.Deadline:
    """The whole clock."""
    return deadline_pb2.Deadline(
        assignment_id=str(clock.assignment_id),
        version=clock.version,
        due_date=from_date(clock.due_date),
        due_exact=clock.due_exact,
        effective_due_date=from_date(clock.effective_due_date),
        report_due_date=from_date(clock.report_due_date),
        running=clock.running,
        miss_time=from_time(clock.miss_time),
        unit_id=str(clock.unit_id),
        phase=clock.phase,
        deadline_cycle=clock.deadline_cycle,
    )


def moved_to_proto(clock: Deadline, before: date, after: date) -> deadline_pb2.MovedDeadline:
    """One clock that a calendar moves."""
    return deadline_pb2.MovedDeadline(
        assignment_id=str(clock.assignment_id),
        unit_id=str(clock.unit_id),
        due_date=from_date(clock.due_date),
        effective_before=from_date(before),
        effective_after=from_date(after),
    )


def preview(due_date: date, *, due_exact: bool, calendar: WorkingCalendar, today: date) -> deadline_pb2.DueDatePreview:
    """What a due date means when seen `today`."""
    effective = calendar.effective(due_date, exact=due_exact)
    return deadline_pb2.DueDatePreview(
        due_date=from_date(due_date),
        effective_due_date=from_date(effective),
        working_days_left=calendar.between(today, effective),
        days_left=(effective - today).days,
    )


def suggestion_to_proto(found: Suggestion | None) -> deadline_pb2.DueDateSuggestion:
    """Empty where there is none."""
    if found is None:
        return deadline_pb2.DueDateSuggestion()
    due_date = from_date(found.due_date)
    return deadline_pb2.DueDateSuggestion(words=found.words, no_deadline=due_date is None, due_date=due_date, exclusive=found.exclusive)


def release_to_proto(release: CalendarRelease) -> deadline_pb2.CalendarRelease:
    """Who published what; the days where they were changed by hand."""
    return deadline_pb2.CalendarRelease(
        version=release.version,
        source=release.days.source,
        author_name=release.author_name,
        create_time=from_time(release.create_time),
        days=release.changes.days,
    )


def notice_to_proto(notice: UrgingNotice, calendar: WorkingCalendar, today: date, actor: Actor | None = None) -> urging_pb2.UrgingNotice:
    """As of its issue, before that as of today. Actor None stands for an event, which tells everything and allows nothing."""
    told = Assignment.FromString(notice.cited) if notice.cited else notice.copy.assignment
    days, working_days = (notice.days_overdue, notice.working_days_overdue) if notice.cited else _overdue(told, calendar, today)
    return urging_pb2.UrgingNotice(
        id=str(notice.id),
        version=notice.version,
        state=notice.state,
        assignment_id=str(notice.assignment_id),
        unit_id=str(notice.unit_id),
        specialist_id=str(notice.copy.specialist_id or ""),
        ordinal=notice.ordinal,
        deadline_cycle=notice.deadline_cycle,
        number=notice.number,
        year=notice.year,
        propose_date=from_date(notice.propose_date),
        issue_time=from_time(notice.issue_time),
        issued_by_name=notice.issued_by_name,
        answer_due_date=from_date(notice.answer_due_date),
        acknowledge_time=from_time(notice.acknowledge_time),
        acknowledged_by_name=notice.acknowledged_by_name,
        answer=notice.answer,
        counts=notice.counts,
        assignment=told,
        days_overdue=days,
        working_days_overdue=working_days,
        allowed_verbs=notice.allowed_verbs(actor) if actor else [],
        earlier_numbers=notice.earlier_numbers,
    )


def _overdue(told: Assignment, calendar: WorkingCalendar, today: date) -> tuple[int, int]:
    due = optional_date(told, "due_date")
    if due is None:
        return 0, 0
    effective = calendar.effective(due, exact=told.due_exact)
    return (today - effective).days, calendar.between(effective, today)


def escalation_to_proto(matter: Escalation, actor: Actor | None = None) -> urging_pb2.Escalation:
    """With its assignment as it is now; actor as in notice_to_proto."""
    decided = bool(matter.decision_number)
    return urging_pb2.Escalation(
        id=str(matter.id),
        version=matter.version,
        state=matter.state,
        assignment_id=str(matter.assignment_id),
        unit_id=str(matter.unit_id),
        specialist_id=str(matter.copy.specialist_id or ""),
        deadline_cycle=matter.deadline_cycle,
        due_on=from_date(matter.due_on),
        report_number=matter.report_number,
        report_date=from_date(matter.report_date),
        report_note=matter.report_note,
        direction=matter.direction,
        direction_text=matter.direction_text,
        decision=Decision(number=matter.decision_number, signer=matter.decision_signer) if decided else None,
        new_due_date=from_date(matter.new_due_date),
        new_unit_id=str(matter.new_unit_id or ""),
        direct_time=from_time(matter.direct_time),
        directed_cycle=matter.directed_cycle,
        closing_note=matter.closing_note,
        create_time=from_time(matter.create_time),
        update_time=from_time(matter.update_time),
        notice_numbers=matter.notice_numbers,
        allowed_verbs=matter.allowed_verbs(actor) if actor else [],
        assignment=matter.copy.assignment,
    )


def obligation_to_proto(owed: Obligation) -> urging_pb2.Obligation:
    """The whole of it."""
    return urging_pb2.Obligation(
        id=str(owed.id),
        version=owed.version,
        assignment_id=str(owed.assignment_id),
        unit_id=str(owed.unit_id),
        specialist_id=str(owed.copy.specialist_id or ""),
        year=owed.year,
        quarter=owed.quarter,
        period_end=from_date(owed.period_end),
        half_year=owed.half_year,
        full_year=owed.full_year,
        state=owed.state,
        fulfilled_on=from_date(owed.fulfilled_on),
        assignment=owed.copy.assignment,
    )
