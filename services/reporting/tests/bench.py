"""make bench-reports: how fast dashboards, lists, search, Annex V and a rebuild are over N assignments of ten years and 200 units.

Each answer is also worked out by bare SQL over plain tables, and must be the same; beside each time stands how many times the bare one it
is. One JSON line last; exit status 1 where answers differ. On a PostgreSQL and a NATS server of its own.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any

import psycopg
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.reporting.v1 import report_pb2, reporting_pb2_grpc
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit import db, migrations
from kit.clock import local_date, system_clock
from kit.testing import stack as stacks
from kit.testing.bench import report
from kit.testing.postgres import PostgresServer
from kit.testing.stack import Person, Stack
from services.reporting import service, tally
from services.reporting.__main__ import app
from services.reporting.forms.paper import Format
from services.reporting.forms.render import render
from services.reporting.history import TABLES
from services.reporting.model import words as words_of
from services.reporting.periodic import compose, layout
from services.reporting.periodic.model import RECOMPOSE, Report
from services.reporting.periodic.periods import YEAR, Period
from services.reporting.tests import bench_data
from services.reporting.tests.bench_rebuild import measure_rebuild

LISTED, REPEATS, YEARLY = 50, 15, 3
DONE_LATE, OVERDUE = "p.done AND p.dated AND p.late", "NOT p.done AND p.dated AND p.overdue"
# Annex V's parts in one's own words.
PARTS = """
    SELECT task_id, unit_id, role, min(field_id::text) AS field, min(issuing_authority) AS authority, bool_and(execution = 3) AS done,
           bool_or(effective_due_date IS NOT NULL) AS dated, bool_or(execution = 3 AND completed_on > effective_due_date) AS late,
           bool_or(execution < 3 AND effective_due_date < %(today)s) AS overdue, bool_or(execution <> 1) AS begun
      FROM plain WHERE execution > 0 {} GROUP BY 1, 2, 3
"""
COUNTS = """count(*), count(*) FILTER (WHERE p.done AND NOT coalesce(p.late, false)), count(*) FILTER (WHERE p.done AND p.late),
            count(*) FILTER (WHERE NOT p.done AND NOT coalesce(p.overdue, false)), count(*) FILTER (WHERE NOT p.done AND p.overdue)"""


class Bench:
    """The service on its database, and the plain tables beside it."""

    def __init__(self, stack: Stack, bare: psycopg.Connection, office: Person, unit: Person) -> None:
        self.stack, self.bare, self.office, self.unit = stack, bare, office, unit
        self.stub = reporting_pb2_grpc.ReportingServiceStub(stack.channel)
        self.today = local_date(system_clock())
        self.figures: dict[str, float] = {}
        self.wrong: list[str] = []

    async def timed(self, name: str, ask: Callable[[], Awaitable[Any]], bare: Callable[[], Any], *, repeats: int = REPEATS) -> None:
        """p95 of both; what they answer must be the same."""
        answer, expected = await ask(), bare()
        if answer != expected:
            self.wrong.append(name)
            sys.stderr.write(f"{name}: {str(answer)[:300]}\n  bare: {str(expected)[:300]}\n")
        ours, theirs = [], []
        for _ in range(repeats):
            begun = time.perf_counter()
            await ask()
            between = time.perf_counter()
            bare()
            ours.append(between - begun)
            theirs.append(time.perf_counter() - between)
        self.note(name, p95(ours), p95(theirs))

    def note(self, name: str, ours: float, bare: float) -> None:
        """Seconds."""
        self.figures |= {f"{name}_p95_ms": round(ours * 1000, 1), f"{name}_ratio": round(ours / bare, 2)}
        sys.stderr.write(f"{name:<28} {ours * 1000:9.1f} ms   bare {bare * 1000:9.1f} ms   x{ours / bare:.2f}\n")

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Of the plain tables."""
        return self.bare.execute(statement, {"today": self.today} | values).fetchall()  # type: ignore[arg-type]


def p95(seconds: Iterable[float]) -> float:
    found = sorted(seconds)
    return found[min(len(found) - 1, round(0.95 * (len(found) - 1)))]


async def measure_dashboard(bench: Bench) -> None:
    """The whole province's, as a leader opens it; and one unit's."""

    def figures(found: pb.Figures) -> tuple[int, ...]:
        return tuple(getattr(found, name).count for name in ("total", "done_on_time", "done_late", "in_time", "overdue"))

    async def ask(unit: str = "") -> Any:
        found = await bench.stack.call(bench.stub.GetDashboard, pb.GetDashboardRequest(unit_id=unit), bench.office)
        by = {row.unit_id: figures(row.figures) for row in found.units if row.figures.total.count}
        by |= {row.field_id: figures(row.figures) for row in found.fields}
        return figures(found.all), by | {str(row.issuing_authority): figures(row.figures) for row in found.authorities}

    def bare(unit: str = "") -> Any:
        where = "AND unit_id = %(unit)s" if unit else ""
        statement = f"""WITH p AS ({PARTS.format(where)}) SELECT coalesce(unit_id::text, field, authority::text), {COUNTS}
                          FROM p WHERE role = 1 AND dated GROUP BY GROUPING SETS ((), (unit_id), (field), (authority))"""
        found = {row[0]: row[1:] for row in bench.rows(statement, unit=unit or None)}
        return found.pop(None), found

    await bench.timed("dashboard", ask, bare)
    one = str(bench.unit.unit_id)
    await bench.timed("dashboard_of_a_unit", lambda: ask(one), lambda: bare(one))

    async def summary() -> Any:
        found = await bench.stack.call(bench.stub.GetSummary, pb.GetSummaryRequest(), bench.office)
        return {
            row.unit_id: (row.total, row.done_on_time, row.done_late, row.open_in_time, row.open_overdue)
            for row in found.units
            if row.total
        }

    statement = f"WITH p AS ({PARTS.format('')}) SELECT unit_id::text, {COUNTS} FROM p WHERE role = 1 AND dated GROUP BY 1"
    await bench.timed("summary", summary, lambda: {row[0]: row[1:] for row in bench.rows(statement)})


async def measure_lists(bench: Bench) -> None:
    """Pages of fifty with their totals, by each filter that the screens have."""
    unit, field = str(bench.unit.unit_id), bench.rows("SELECT field_id::text FROM plain LIMIT 1")[0][0]
    specialist = bench.rows("SELECT specialist_id::text FROM plain LIMIT 1")[0][0]
    month = date(bench.today.year - 2, 3, 1), date(bench.today.year - 2, 3, 31)
    to_proto = [{"year": day.year, "month": day.month, "day": day.day} for day in month]
    counted = "(task_id, unit_id, role) IN (SELECT task_id, unit_id, role FROM ({}) p WHERE role = 1 AND {})"
    by_due = "due_order, id"
    filters: dict[str, tuple[Person, dict[str, Any], str, str]] = {
        # What any call takes.
        "of_nothing": (bench.office, {"directive_id": unit}, f"directive_id = '{unit}'", by_due),
        "all": (bench.office, {}, "true", by_due),
        "newest": (bench.office, {"order": pb.ASSIGNMENT_ORDER_ISSUE_DATE_DESC}, "true", "directive_issue_date DESC, id DESC"),
        "by_unit_name": (
            bench.office,
            {"order": pb.ASSIGNMENT_ORDER_UNIT},
            "true",
            "(SELECT sort_key FROM plain_unit u WHERE u.id = unit_id), due_order, id",
        ),
        "unit": (bench.office, {"unit_ids": [unit]}, f"unit_id = '{unit}'", by_due),
        "overdue": (
            bench.office,
            {"timeliness": [a.TIMELINESS_OVERDUE, a.TIMELINESS_AWAITING_UPDATE]},
            "execution IN (1, 2) AND effective_due_date < %(today)s",
            by_due,
        ),
        "done_late": (
            bench.office,
            {"timeliness": [a.TIMELINESS_DONE_LATE]},
            "execution = 3 AND completed_on > effective_due_date",
            by_due,
        ),
        "field": (bench.office, {"field_id": field}, f"field_id = '{field}'", by_due),
        "specialist": (bench.office, {"specialist_id": specialist}, f"specialist_id = '{specialist}'", by_due),
        "issued_in_a_month": (
            bench.office,
            {"issue_from": to_proto[0], "issue_to": to_proto[1]},
            f"directive_issue_date BETWEEN '{month[0]}' AND '{month[1]}'",
            by_due,
        ),
        "reported": (bench.office, {"states": [a.ASSIGNMENT_STATE_REPORTED]}, "state = 4", by_due),
        "urged": (bench.office, {"urged": True}, "urging_notices > 0", by_due),
        "column_of_a_unit": (
            bench.office,
            {"column": pb.SUMMARY_COLUMN_DONE_LATE, "unit_ids": [unit]},
            f"execution > 0 AND {counted.format(PARTS.format(f'''AND unit_id = '{unit}' '''), DONE_LATE)}",
            by_due,
        ),
        "column": (
            bench.office,
            {"column": pb.SUMMARY_COLUMN_OPEN_OVERDUE},
            f"execution > 0 AND {counted.format(PARTS.format(''), OVERDUE)}",
            by_due,
        ),
        "own": (bench.unit, {}, f"task_id IN (SELECT task_id FROM plain WHERE unit_id = '{unit}')", by_due),
    }
    for name, asked in filters.items():
        await measure_list(bench, f"list_{name}", *asked)
    words = {"search_words": "quy dat thuy xuan", "search_accents": "nông thôn mới Quảng Điền", "search_number": "71/ubnd"}
    for name, query in words.items():
        like = " AND ".join(
            f"(search_text LIKE '%% {word}%%' OR unit_id IN (SELECT id FROM plain_unit WHERE search_text LIKE '%% {word}%%'))"
            for word in words_of(query)
        )
        await measure_list(bench, name, bench.office, {"query": query}, like, by_due)


async def measure_list(bench: Bench, name: str, person: Person, asked: dict[str, Any], where: str, order: str) -> None:
    """The first page and the total."""
    sort = {"order": asked["order"]} if "order" in asked else {}
    chosen = {key: value for key, value in asked.items() if key != "order"}

    async def ask() -> Any:
        request = pb.SearchAssignmentsRequest(filter=pb.AssignmentFilter(**chosen), page_size=LISTED, **sort)
        found = await bench.stack.call(bench.stub.SearchAssignments, request, person)
        return found.total_count, [row.id for row in found.rows]

    def bare() -> Any:
        listed = bench.rows(f"SELECT * FROM plain WHERE {where} ORDER BY {order} LIMIT {LISTED}")
        return bench.rows(f"SELECT count(*) FROM plain WHERE {where}")[0][0], [str(row[0]) for row in listed]

    await bench.timed(name, ask, bare)


async def measure_annex(bench: Bench) -> None:
    """Annex V of the last whole year as of now, by the history, until its XLSX stands."""
    now = system_clock()
    period = Period.of(YEAR, bench.today.year - 1)
    question = compose.Question(report_pb2.REPORT_FORM_V, period, now)
    draft = Report.begun(RECOMPOSE, None, now, form=question.form, period=period, unit_id=None, due_date=None)

    async def ask() -> Any:
        async with db.transaction(bench.stack.runtime.worker) as session:
            data = await compose.compose(session, question)
        paper, _name = layout.paper(draft, compose.with_texts(data, general_text="", notes={}))
        assert len(render(paper, Format.XLSX)) > 0
        names = ("total", "done_on_time", "done_late", "doing_in_time", "doing_overdue", "not_started_in_time", "not_started_overdue")
        return {row["unit_id"]: tuple(row[name] for name in names) for row in data["units"] if row["total"]}

    def bare() -> Any:
        done = "execution = 3 AND completed_on <= %(last)s"
        statement = f"""
            WITH p AS (SELECT task_id, unit_id, bool_and({done}) AS done, bool_or(effective_due_date IS NOT NULL) AS dated,
                              coalesce(bool_or({done} AND completed_on > effective_due_date), false) AS late,
                              coalesce(bool_or(NOT ({done}) AND effective_due_date < %(last)s), false) AS overdue,
                              bool_or(execution <> 1) AS begun, max(completed_on) AS done_on
                         FROM plain WHERE execution > 0 AND role = 1 AND directive_issue_date <= %(last)s GROUP BY task_id, unit_id)
            SELECT unit_id::text, count(*), count(*) FILTER (WHERE done AND NOT late), count(*) FILTER (WHERE done AND late),
                   count(*) FILTER (WHERE NOT done AND begun AND NOT overdue), count(*) FILTER (WHERE NOT done AND begun AND overdue),
                   count(*) FILTER (WHERE NOT done AND NOT begun AND NOT overdue),
                   count(*) FILTER (WHERE NOT done AND NOT begun AND overdue)
              FROM p WHERE dated AND NOT (done AND done_on < %(first)s) GROUP BY 1"""
        return {row[0]: row[1:] for row in bench.rows(statement, first=period.first, last=period.last)}

    await bench.timed("annex_v_xlsx", ask, bare, repeats=YEARLY)


async def tally_all(stack: Stack) -> float:
    """As keep_tallies does. Seconds."""
    begun = time.perf_counter()
    months = 1
    while months:
        async with stack.session() as session:
            months = await tally.fill(session, await service.today(session, system_clock()))
    return time.perf_counter() - begun


async def main(assignments: int) -> int:
    """Fills, measures, prints. The exit status."""
    server = PostgresServer()
    server.start()
    try:
        settings = server.settings(app.settings)
        server.fresh(app.name, lambda: migrations.upgrade(app.package, settings.database_url(app.name, "owner"), app.metadata))
        stack, grpc_server = await stacks.start(app, settings, system_clock)
        begun = time.perf_counter()
        bench_data.seed(server.dsn(app.name), assignments)
        async with stack.session() as session:
            await bench_data.project(session)
        bench_data.settle(server.dsn(app.name), ["assignment", "participation", "unit", *(table.name for table in TABLES)])
        tallied = await tally_all(stack)
        sys.stderr.write(f"filled in {time.perf_counter() - begun:.0f} s, tallied in {tallied:.1f} s\n")
        with psycopg.connect(server.dsn(app.name), autocommit=True) as bare:
            unit = bare.execute("SELECT unit_id FROM plain WHERE role = 1 LIMIT 1").fetchone()[0]  # type: ignore[index]
            office, own = Person(unit, ["office_leader"]), Person(unit, ["unit_leader"])
            await stack.add(office, own)
            bench = Bench(stack, bare, office, own)
            for measure in (measure_dashboard, measure_lists, measure_annex):
                await measure(bench)
        bench.figures |= await measure_rebuild(stack, int(os.environ.get("EVENTS", str(assignments))))
        await stacks.stop(stack, grpc_server)
    finally:
        server.stop()
    if bench.wrong:
        sys.stderr.write(f"wrong: {', '.join(bench.wrong)}\n")
    report(assignments=assignments, units=bench_data.UNITS, wrong=len(bench.wrong), **bench.figures)
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(os.environ.get("N", "100000")))))
