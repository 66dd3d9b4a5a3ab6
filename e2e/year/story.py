"""What happens in the year beside documents and parts: the calendar is changed, people are away, two districts become one."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.deadline.v1 import deadline_pb2
from ykcd.directive.v1 import people_pb2, registry_pb2

from e2e.year import beside
from e2e.year.days import IMPORTS, ONE_DAY, Import
from e2e.year.documents import refuse_secret
from e2e.year.plan import DEPARTMENTS, DISSOLVED, DISTRICTS, LAST_DAY, SUCCESSOR
from e2e.year.simulation import AFTERNOON, EVENING, MORNING
from e2e.year.world import ADMINISTRATOR, LEADER, World, from_date

SPACE = UUID("6f1a3c52-2025-5d3c-9a57-0d6a1c7a2025")
# (who is away, by whom replaced, from the n-th day of the year, for how many days); the last is called off.
ABSENCES = (
    ("an.nguyen", "chi.le", 30, 10),
    ("binh.tran", "dung.pham", 50, 12),
    ("hai.nguyen", "lan.vo", 60, 15),
    ("chi.le", "giang.hoang", 75, 9),
    ("lam.ngo", "quyen.do", 90, 14),
    ("thuan.phan", "huong.vo", 110, 8),
    ("dung.pham", "binh.tran", 130, 20),
    ("nghia.doan", "tram.do", 150, 15),
    ("giang.hoang", "chi.le", 200, 16),
    ("an.nguyen", "binh.tran", 230, 12),
    ("lam.ngo", "quyen.do", 260, 10),
    ("chi.le", "giang.hoang", 290, 12),
    ("binh.tran", "an.nguyen", 320, 9),
)
CALLED_OFF = ("dung.pham", "an.nguyen", 340, 10)


def seeded(units: list[dict[str, Any]], people: list[dict[str, Any]]) -> None:
    """Adds the unit that two districts become on 1/7/2025, with its people, as the registry would be told of it."""
    name = "Ủy ban nhân dân khu vực Trường Sơn"
    like = next(unit for unit in units if unit["code"] == DISSOLVED[0])
    first = (LAST_DAY + ONE_DAY).isoformat()
    units.append(
        like | {"id": str(uuid5(SPACE, SUCCESSOR)), "code": SUCCESSOR, "name": name, "abbreviations": ["Trường Sơn"], "valid_from": first}
    )
    for username, who, roles in (("son.truong", "Trương Văn Sơn", ["unit_leader"]), ("tay.ho", "Hồ Thị Tây", ["focal_point"])):
        row = {"username": username, "name": who, "email": f"{username}@ykcd.example", "unit": SUCCESSOR, "roles": roles, "kind": "PERSON"}
        people.append({"id": str(uuid5(SPACE, username)), **row})
    row = {"username": f"service-account-unit-{SUCCESSOR}", "name": "Tài khoản dịch vụ – Trường Sơn", "unit": SUCCESSOR}
    like = next(person for person in people if person["username"] == f"service-account-unit-{DISSOLVED[0]}")
    people.append(like | {"id": str(uuid5(SPACE, row["username"])), "email": f"unit-{SUCCESSOR}@ykcd.example", **row})


def begin(world: World, year: int) -> None:
    start = world.sim.start
    for each in IMPORTS:
        start(f"calendar {each.announced}", calendar(world, each))
    for row in ABSENCES:
        start(f"absence {row}", absence(world, year, *row))
    start("absence called off", absence(world, year, *CALLED_OFF, called_off=True))
    start("merger", merger(world))
    start("merger called off", merger_called_off(world))
    for number in range(36):
        start(f"inspection {number}", on(world, date(year, 1, 6) + timedelta(days=9 * number), partial(beside.inspection, world, number)))
    for number, unit in enumerate(DEPARTMENTS):
        start(f"regulation {unit}", on(world, date(year, 1, 8) + timedelta(days=25 * number), partial(beside.regulation, world, unit)))
    for number in range(12):
        start(f"secret {number}", on(world, date(year, 1, 9) + timedelta(days=28 * number), partial(refuse_secret, world, number)))


async def on(world: World, day: date, happening: Callable[[], Awaitable[None]]) -> None:
    """On that day, or the next one that is worked."""
    await world.sim.until(world.days.rolled(day), AFTERNOON)
    await happening()


async def calendar(world: World, told: Import) -> None:
    """Regulation §3: previewed first, and what moves is what was shown."""
    await world.sim.until(told.announced, EVENING)
    stub = world.deadlines
    days = [_change(day, deadline_pb2.DAY_KIND_LOCAL_OFF) for day in sorted(told.off)]
    days += [_change(day, deadline_pb2.DAY_KIND_UNSPECIFIED) for day in sorted(told.on_again)]
    preview = await world.call(ADMINISTRATOR, stub.PreviewCalendar, deadline_pb2.PreviewCalendarRequest(days=days))
    request = deadline_pb2.ImportCalendarRequest(expected_version=preview.version, source=told.source, days=days)
    await world.call(ADMINISTRATOR, stub.ImportCalendar, request)
    world.did["calendar imports"] += 1
    world.did["due dates moved by calendar"] += preview.moved_count


def _change(day: date, kind: int) -> deadline_pb2.DayChange:
    return deadline_pb2.DayChange(date=from_date(day), kind=kind, name="Nghỉ do thiên tai" if kind else "")


async def absence(world: World, year: int, who: str, deputy: str, day: int, length: int, *, called_off: bool = False) -> None:
    """Đ8.1.đ: for these days the deputy acts with the absent person's rights."""
    first = date(year, 1, 1) + timedelta(days=day)
    last = first + timedelta(days=length)
    await world.sim.until(world.days.after(first, -3), MORNING)
    people = world.crowd.people
    request = people_pb2.PutAbsenceRequest(
        person_id=people[who].id, deputy_id=people[deputy].id, first_day=from_date(first), last_day=from_date(last), reason="Nghỉ phép"
    )
    put = await world.crowd.call(who, world.people.PutAbsence, request)
    if called_off:
        await world.wait(1)
        await world.crowd.call(who, world.people.CancelAbsence, people_pb2.CancelAbsenceRequest(id=put.id, expected_version=put.version))
        return
    world.crowd.absences.setdefault(who, []).append((first, last, deputy))
    world.did["absences"] += 1


async def merger(world: World) -> None:
    """D12: two districts end on 30/6; the successor has their open parts on 1/7."""
    await world.sim.until(date(2025, 6, 10), MORNING)
    successors = [registry_pb2.Successor(unit_id=world.unit_ids[SUCCESSOR])]
    proposed = []
    for unit in DISSOLVED:
        request = people_pb2.ProposeDissolutionRequest(
            unit_id=world.unit_ids[unit], valid_to=from_date(LAST_DAY), successors=successors, decision_number="1675/NQ-UBTVQH15"
        )
        proposed.append(await world.call(ADMINISTRATOR, world.people.ProposeDissolution, request))
    await world.sim.until(LAST_DAY + ONE_DAY, MORNING)
    # The new unit exists from today on, and its people are let in, as the registry's files have them.
    await world.platform.halt("seed-directive")
    await world.platform.resume("seed-directive")
    for unit, told in zip(DISSOLVED, proposed, strict=True):
        preview = pb.PreviewSuccessionRequest(unit_id=world.unit_ids[unit], successors=successors)
        counts = await world.call(LEADER, world.assignments.PreviewSuccession, preview)
        confirm = people_pb2.ConfirmDissolutionRequest(id=told.id, expected_version=told.version)
        await world.call(LEADER, world.people.ConfirmDissolution, confirm)
        world.did["parts moved by the merger"] += sum(each.count for each in counts.counts)
    # Who waited for a direction of the old part looks for the new one.
    await world.sim.until(LAST_DAY + ONE_DAY)
    for id, key in list(world.keys.items()):
        if any(f"/{unit}/" in key for unit in DISSOLVED):
            world.sim.tell(("directed", id), "MOVED")


async def merger_called_off(world: World) -> None:
    """Proposed and withdrawn."""
    await world.sim.until(date(2025, 5, 5), MORNING)
    request = people_pb2.ProposeDissolutionRequest(
        unit_id=world.unit_ids[DISTRICTS[1]],
        valid_to=from_date(LAST_DAY),
        successors=[registry_pb2.Successor(unit_id=world.unit_ids[DISTRICTS[0]])],
        decision_number="01/DT",
    )
    told = await world.call(ADMINISTRATOR, world.people.ProposeDissolution, request)
    await world.wait(5)
    withdraw = people_pb2.WithdrawDissolutionRequest(id=told.id, expected_version=told.version)
    await world.call(ADMINISTRATOR, world.people.WithdrawDissolution, withdraw)
