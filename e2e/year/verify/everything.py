"""What holds for all events: versions without gaps, each event once in the audit log, none in the dead letters."""

from collections import defaultdict

from e2e.year.days import IMPORTS, Days
from e2e.year.verify.findings import Findings
from e2e.year.verify.store import SERVICES, Store, day


def check(store: Store, found: Findings) -> None:
    versions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in store.events:
        versions[event.source, event.aggregate].append(event.version)
    for aggregate, told in versions.items():
        found.equal("versions without gaps", sorted(told), list(range(1, len(told) + 1)), aggregate)
    _audit(store, found)
    for service in SERVICES:
        for row in store.rows(service, "SELECT subject, problem FROM dead_letter"):
            found.expect("no dead letters", False, service, row)
        found.checked["no dead letters"] += 1
        [row] = store.rows(service, "SELECT count(*) AS waiting FROM outbox WHERE publish_time IS NULL")
        found.equal("everything is published", row["waiting"], 0, service)
    _calendar(store, found)


def _audit(store: Store, found: Findings) -> None:
    told = {event.id for event in store.events}
    logged = {str(row["event_id"]) for row in store.rows("audit", "SELECT event_id FROM entry")}
    found.checked["events in the audit log"] += len(told)
    found.expect("events in the audit log", told == logged, "audit", f"{len(told - logged)} missing, {len(logged - told)} of nobody")


def _calendar(store: Store, found: Findings) -> None:
    """Each version says what the announcements by hand say, and every service has the last one."""
    published = store.by_type["CalendarPublished"]
    for event in published:
        by_hand = Days(IMPORTS[: sum(version <= event.version for version in store.imports)])
        told = {day(each, "date"): each.kind for each in event.told.calendar.days}  # type: ignore[attr-defined]
        for when in sorted({*told, *by_hand.off} - {None}, key=str):
            if when and when.year in (2025, 2026):
                works = told[when] == 4 if when in told else when.weekday() < 5
                found.equal("the calendar's days", works, by_hand.working(when), f"version {event.version} {when}")
    last = max((event.version for event in published), default=0)
    for service in SERVICES:
        for row in store.rows(service, "SELECT version FROM calendar_version"):
            found.equal("every service has the last calendar", row["version"], last, service)
