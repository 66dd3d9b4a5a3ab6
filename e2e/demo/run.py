"""The story: Decision 71/2016 and real directives are entered, published, carried out, one returned, some late; then all is counted."""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.reporting.v1 import reporting_pb2, reporting_pb2_grpc

from e2e.client import Browser, UnitSystem
from e2e.demo import work
from e2e.demo.entry import enter_and_publish, enter_anew
from e2e.demo.work import Ledger
from e2e.demo_data import Record, load_decision_71, load_own, read_seed
from e2e.demo_data.real import load_real, passages_file
from e2e.harness.platform import Platform
from e2e.harness.process import ROOT
from e2e.harness.processes import service_environment

# Of the many units these carry their tasks out before our eyes: departments, an agency, districts.
ACTIVE_UNITS = ("stnmt", "syt", "snv", "skhdt", "hue", "phuloc")
PER_UNIT = 5
SETTLE_SECONDS = 60


def documents() -> tuple[list[Record], str]:
    """Decision 71 first, then the real passages where they are at hand, else a set of our own; and which of the two it was."""
    units, groups = read_seed("units"), read_seed("groups")
    first = load_decision_71(units, groups)
    if passages_file().exists():
        return [first, *load_real(passages_file(), units, groups)], "real"
    return [first, *load_own(units, groups, limit=4)], "own"


class Demo:
    """The people and systems that take part, signed in when first needed."""

    def __init__(self, platform: Platform, stack: AsyncExitStack) -> None:
        self.platform, self._stack, self.ledger = platform, stack, Ledger()
        self.people = {person["id"]: person for person in platform.people()}
        self.unit_ids = {unit["code"]: unit["id"] for unit in platform.units()}
        self.field_ids = {field["code"]: field["id"] for field in read_seed("fields")}
        self._browsers: dict[str, Browser] = {}
        self._systems: dict[str, UnitSystem] = {}

    async def person(self, username: str) -> Browser:
        if username not in self._browsers:
            browser = Browser(self.platform.urls.web, username, self.platform.password)
            self._browsers[username] = await self._stack.enter_async_context(browser)
        return self._browsers[username]

    def system(self, code: str) -> UnitSystem:
        if code not in self._systems:
            made = UnitSystem(
                grpc_address=self.platform.urls.grpc,
                token_url=f"{self.platform.urls.issuer}/protocol/openid-connect/token",
                client_id=f"unit-{code}",
                secret=self.platform.secret("units", code),
            )
            self._systems[code] = made
            self._stack.push_async_callback(made.close)
        return self._systems[code]

    def leader_of(self, code: str) -> Record:
        return next(p for p in self.people.values() if p["unit"] == code and "unit_leader" in p["roles"])

    def follower_of(self, assignment: pb.Assignment) -> str:
        """The specialist, or an Office leader where Annex I names nobody."""
        specialist = self.people.get(assignment.specialist_id)
        return specialist["username"] if specialist else self.leader_of("vpub")["username"]

    async def enter(self, first: Record, others: list[Record]) -> int:
        """How many assignments came of it. Decision 71 is a real document and entered once for good."""
        clerk = await self.person("an.nguyen")
        entered = []
        id = await enter_and_publish(clerk, first, self.unit_ids, self.field_ids)
        if id:
            entered.append(first | {"id": id})
        else:
            say(f"  {first['number']}/{first['symbol']}: đã có trong hệ thống")
        entered += [await enter_anew(clerk, document, self.unit_ids, self.field_ids) for document in others]
        for document in entered:
            self.ledger.directives.add(document["id"])
            say(f"  {document['number']}/{document['symbol']}: {len(document['tasks'])} nhiệm vụ")
        return sum(len(unit_parts(task)) for document in entered for task in document["tasks"])

    async def summary(self) -> reporting_pb2.Summary:
        """The province's counts, which every unit may read (Đ2.1)."""
        system = self.system(ACTIVE_UNITS[0])
        stub = reporting_pb2_grpc.ReportingServiceStub(system.channel)
        return await system.call(stub.GetSummary, reporting_pb2.GetSummaryRequest())

    async def carry_out(self, code: str, *, returns: bool) -> None:
        leader = self.leader_of(code)
        browser, system = await self.person(leader["username"]), self.system(code)
        sent = await self._arrived(system)
        if returns:
            await work.send_back_to_the_office(browser, sent.pop(), self.ledger)
        late = [a for a in sent if work.can_be_late(a)][:1]
        chosen = late + [a for a in sent if a not in late][: PER_UNIT - len(late)]
        for assignment in chosen:
            await work.accept(system, assignment, self.ledger)
        for assignment in chosen[:-1]:
            await work.carry_out(browser, leader["id"], assignment, self.ledger, late=assignment in late)
        # The last one of each unit waits for its verification, and one more is only accepted: lists have every state to show.
        for assignment in chosen[:-2]:
            await work.verify(await self.person(self.follower_of(assignment)), assignment.id, self.ledger)
        say(f"  {leader['unit']}: tiếp nhận {len(chosen)}, báo cáo {len(chosen) - 1}, xác nhận {len(chosen) - 2}")

    async def _arrived(self, system: UnitSystem) -> list[pb.Assignment]:
        """Publication reaches the unit through events; a person would look again after a moment."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while True:
                sent = await work.assignments_of(system, pb.ASSIGNMENT_STATE_SENT)
                if len(sent) > PER_UNIT:
                    return sent
                await asyncio.sleep(0.5)


def say(line: str) -> None:
    print(line, flush=True)


async def run(platform: Platform) -> int:
    """0 when everything that was acknowledged is found again in the counts and in the audit log."""
    begun = time.monotonic()
    async with AsyncExitStack() as stack:
        demo = Demo(platform, stack)
        wanted, source = documents()
        before = assigned(await demo.summary())
        say(f"Nhập và phát hành {len(wanted)} văn bản ({'trích từ văn bản thật' if source == 'real' else 'bộ mẫu của dự án'}):")
        expected = before + await demo.enter(wanted[0], wanted[1:])
        say("Các đơn vị tiếp nhận, phân công, báo cáo; chuyên viên xác nhận:")
        for place, code in enumerate(ACTIVE_UNITS):
            await demo.carry_out(code, returns=place == 0)
        summary = await settled(demo, expected)
        table(summary)
        audit = verify_audit(platform)
        say(f"Nhật ký: {audit['entries']} mục, {'toàn vẹn' if audit['intact'] else 'HỎNG: ' + str(audit['problem'])}")
        counts = totals(demo.ledger, summary, expected, audit)
        counts |= {"source": source, "documents": len(wanted), "seconds": round(time.monotonic() - begun, 1)}
        say(json.dumps(counts, ensure_ascii=False))
        return 0 if counts["ok"] else 1


def unit_parts(task: Record) -> list[str]:
    """Every unit that has a part."""
    aggregating = [task["aggregating_unit"]] if task["aggregating_unit"] else []
    return [*task["lead_units"], *task["coordinating_units"], *aggregating]


async def settled(demo: Demo, expected: int) -> reporting_pb2.Summary:
    """The counts, once the read side has caught up with what was acknowledged, or when it should long have."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        summary = await demo.summary()
        if assigned(summary) == expected or time.monotonic() > deadline:
            return summary
        await asyncio.sleep(1)


def assigned(summary: reporting_pb2.Summary) -> int:
    """All assignments that the read side knows."""
    row = summary.province
    return row.total + row.without_deadline + row.coordinating


def table(summary: reporting_pb2.Summary) -> None:
    """Each unit's counts, in the columns of Annex V as far as they go."""
    head = ("Đơn vị", "Tổng", "Xong đúng hạn", "Xong trễ", "Đang làm", "Chưa làm", "Quá hạn", "Không hạn", "Phối hợp")
    say("\n" + " | ".join((head[0].ljust(48), *(title.rjust(13) for title in head[1:]))))
    for row in [*summary.units, summary.province]:
        overdue = row.doing_overdue + row.not_started_overdue
        numbers = (row.total, row.done_on_time, row.done_late, row.doing, row.not_started, overdue, row.without_deadline, row.coordinating)
        say(" | ".join(((row.unit_name or "Toàn tỉnh").ljust(48), *(str(number).rjust(13) for number in numbers))))


def verify_audit(platform: Platform) -> dict[str, object]:
    """As an operator would."""
    environment = os.environ | service_environment(platform, "audit")
    done = subprocess.run(
        [sys.executable, "-m", "services.audit", "verify"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def totals(ledger: Ledger, summary: reporting_pb2.Summary, expected: int, audit: dict[str, object]) -> dict[str, object]:
    """What was acknowledged, what is counted, and whether the two agree."""
    counted = {name: len(ids) for name, ids in vars(ledger).items()}
    logged = bool(audit["intact"]) and not audit["gap_count"]
    agrees = assigned(summary) == expected and logged and bool(ledger.late) and bool(ledger.returned)
    return counted | {"assignments": expected, "assignments_counted": assigned(summary), "audit_entries": audit["entries"], "ok": agrees}
