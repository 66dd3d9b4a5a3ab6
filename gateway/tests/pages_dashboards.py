"""The states of the dashboards."""

import datetime as dt

from ykcd.directive.v1 import directive_pb2 as d
from ykcd.reporting.v1 import reporting_pb2 as r

from gateway.tests.pages import EVALUATOR, FIELDS, MEMBERS, SPECIALIST, UNIT_LEADER, UNITS, at, day, shared, uid, worklist
from gateway.web.forms import BAD_DATE, Form

# (on time, late, in time, overdue) of each unit.
COUNTS = [(412, 31, 96, 44), (305, 12, 51, 0), (120, 40, 38, 27), (88, 3, 20, 2), (0, 0, 7, 0)]


def figure(count: int, listed: bool = True, **filter) -> r.Figure:
    return r.Figure(count=count, filter=r.AssignmentFilter(**filter) if listed else None)


def figures(on_time: int, late: int, in_time: int, overdue: int, *, listed: bool = True) -> r.Figures:
    done, due = on_time + late, on_time + late + overdue
    columns = (r.SUMMARY_COLUMN_TOTAL, r.SUMMARY_COLUMN_DONE_ON_TIME, r.SUMMARY_COLUMN_DONE_LATE, r.SUMMARY_COLUMN_OPEN_IN_TIME,
               r.SUMMARY_COLUMN_OPEN_OVERDUE)  # fmt: skip
    numbers = (due + in_time, on_time, late, in_time, overdue)
    total, *parts = (figure(number, listed, column=column) for number, column in zip(numbers, columns, strict=True))
    names = ("done_on_time", "done_late", "in_time", "overdue")
    rates = {"completion": r.Rate(part=done, whole=due), "on_time": r.Rate(part=on_time, whole=due)} if due else {}
    return r.Figures(total=total, **dict(zip(names, parts, strict=True)), **rates)


def unit_figures(*, listed: bool = True) -> list[r.UnitFigures]:
    ranks = (4, 1, 5, 2, 0)
    return [
        r.UnitFigures(unit_id=unit.id, unit_name=unit.name, figures=figures(*counts, listed=listed), rank=rank)
        for unit, counts, rank in zip(UNITS[1:], COUNTS, ranks, strict=True)
    ]


def month(number: int, listed: bool) -> r.MonthFigures:
    first = dt.date(2016, number, 1)
    open_ = max(0, number - 8)
    return r.MonthFigures(
        month=day(first.isoformat()),
        figures=figures(60 + 3 * number, 5 + number % 4, 9 * open_, open_ * 4, listed=listed),
        done_within=figure(58 + 2 * number, listed, column=r.SUMMARY_COLUMN_DONE),
    )


def dashboard(*, listed: bool = True) -> r.Dashboard:
    units = unit_figures(listed=listed)
    ages = [(1, 7, 22), (8, 15, 18), (16, 30, 16), (31, 60, 11), (61, 0, 6)]
    return r.Dashboard(
        all=figures(925, 86, 212, 73, listed=listed), units=units, worst=[units[2], units[0], units[3]],
        fields=[r.FieldFigures(field_id=FIELDS[0].id, figures=figures(640, 60, 150, 50, listed=listed)),
                r.FieldFigures(field_id=FIELDS[1].id, figures=figures(280, 26, 62, 20, listed=listed)),
                r.FieldFigures(figures=figures(5, 0, 0, 3, listed=False))],
        authorities=[r.AuthorityFigures(issuing_authority=d.ISSUING_AUTHORITY_CHAIRMAN, figures=figures(500, 40, 120, 45, listed=listed)),
                     r.AuthorityFigures(issuing_authority=d.ISSUING_AUTHORITY_PROVINCIAL_PEOPLES_COMMITTEE,
                                        figures=figures(425, 46, 92, 28, listed=listed))],
        months=[month(number, listed) for number in range(1, 13)],
        ages=[r.AgeFigure(days_from=first, days_to=last, parts=figure(n, listed, column=r.SUMMARY_COLUMN_OPEN_OVERDUE,
                                                                     overdue_days_from=first, overdue_days_to=last))
              for first, last, n in ages],
        without_deadline=figure(140, listed, column=r.SUMMARY_COLUMN_WITHOUT_DEADLINE), coordinating=figure(655, False),
        as_of_time=at("2016-12-05T09:30"),
    )  # fmt: skip


def chosen(**more: str) -> Form:
    return Form({name: [value] for name, value in more.items()})


def province(who, found: r.Dashboard, form: Form | None = None) -> dict:
    return shared(who, "/tong-quan") | {"found": found, "form": form or Form(), "address": "/tong-quan"}


def unit(who, found: r.Dashboard, place: r.UnitFigures | None) -> dict:
    return shared(who, f"/tong-quan/don-vi/{uid('stnmt')}") | {
        "unit": UNITS[1], "found": found, "whole": dashboard(), "place": place, "form": Form(),
    }  # fmt: skip


def desk(who, specialist: str, sections, form: Form | None = None) -> dict:
    return shared(who, "/tong-quan/chuyen-vien") | {
        "found": dashboard(), "form": form or Form(), "specialist_id": specialist, "sections": sections, "office": MEMBERS,
    }  # fmt: skip


def pages() -> dict[str, tuple[str, dict]]:
    """Name of the state → (template, context)."""
    nothing = r.Dashboard(as_of_time=at("2016-12-05T09:30"))
    wrong = Form({"as_of": ["32/13/2016"]}, {"as_of": BAD_DATE})
    return {
        "dashboard": ("dashboard.html", province(SPECIALIST, dashboard())),
        "dashboard-unit-reader": ("dashboard.html", province(UNIT_LEADER, dashboard(listed=False))),
        "dashboard-past": ("dashboard.html", province(EVALUATOR, dashboard(listed=False), chosen(as_of="2016-11-30"))),
        "dashboard-none": ("dashboard.html", province(SPECIALIST, nothing)),
        "dashboard-wrong": ("dashboard.html", province(SPECIALIST, r.Dashboard(), wrong)),
        "wall": ("wall.html", province(SPECIALIST, dashboard())),
        "wall-none": ("wall.html", province(UNIT_LEADER, nothing)),
        "dashboard_unit": ("dashboard_unit.html", unit(UNIT_LEADER, dashboard(), unit_figures()[0])),
        "dashboard_unit-none": ("dashboard_unit.html", unit(SPECIALIST, nothing, None)),
        "desk": ("desk.html", desk(SPECIALIST, uid("an"), worklist().sections)),
        "desk-another": ("desk.html", desk(SPECIALIST, uid("hoa"), [])),
        "desk-wrong": ("desk.html", desk(SPECIALIST, uid("an"), [], wrong)),
    }
