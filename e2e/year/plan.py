"""What the province gives in the simulated year: documents with their tasks, drawn from a seed and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from e2e.year.days import ONE_DAY, Days

# Who gives and gets: the Office enters, these do. Two districts end on 30/6 (D12); the third takes over.
DEPARTMENTS = ("snv", "stp", "skhdt", "stc", "sct", "snnptnt", "sgtvt", "sxd", "stnmt", "stttt", "sldtbxh", "sgddt", "syt")
DISTRICTS = ("hue", "huongthuy", "phongdien", "phuloc", "namdong", "aluoi")
DISSOLVED, SUCCESSOR, LAST_DAY = ("namdong", "aluoi"), "truongson", date(2025, 6, 30)
FIELDS = (
    *("dat-dai", "moi-truong", "y-te", "giao-duc", "dau-tu-cong", "tai-chinh", "noi-vu", "cntt", "tu-phap", "nong-nghiep", "giao-thong"),
    *("xay-dung", "van-hoa-du-lich", "lao-dong-xa-hoi", "cong-thuong", "khoa-hoc-cong-nghe", "tong-hop"),
)
SUBJECTS = (
    *("rà soát quỹ đất công", "giải ngân vốn đầu tư công", "phòng, chống thiên tai", "cải cách thủ tục hành chính", "chuyển đổi số"),
    *("bảo đảm an toàn thực phẩm", "phòng cháy rừng", "xử lý kiến nghị cử tri", "giải phóng mặt bằng", "kiểm kê tài sản công"),
    *("an sinh xã hội dịp lễ, Tết", "sắp xếp tổ chức bộ máy", "thu ngân sách nhà nước", "tiêm chủng mở rộng", "an toàn giao thông"),
)
OTHER_TYPES = ("DECISION", "INSTRUCTION", "TELEGRAM", "PLAN", "CONCLUSION_NOTICE", "OPINION")
LONG, PHASED = 0.16, 0.07


@dataclass(frozen=True)
class PartPlan:
    unit: str
    # LEAD, COORDINATING or AGGREGATING.
    role: str


@dataclass(frozen=True)
class Day:
    """A last day, as the document writes it: `exclusive` is "trước ngày" (D7)."""

    day: date
    exclusive: bool = False

    @property
    def last(self) -> date:
        return self.day - ONE_DAY if self.exclusive else self.day


@dataclass(frozen=True)
class TaskPlan:
    content: str
    field: str
    must_report: bool
    due: Day | None
    phases: tuple[Day, ...]
    parts: tuple[PartPlan, ...]
    paper: bool = False
    # Which specialist follows it where Annex I names nobody.
    national: bool = False

    @property
    def size(self) -> int:
        return len(self.parts) * max(1, len(self.phases))


@dataclass(frozen=True)
class DocumentPlan:
    number: str
    symbol: str
    subject: str
    type: str
    issue_date: date
    enter_on: date
    urgency: str
    national: bool
    # What becomes of it: "publish", "draft", "amend", "supersede", "revoke" or "purge".
    fate: str
    # By the web pages rather than gRPC.
    web: bool
    tasks: tuple[TaskPlan, ...] = field(default=())

    @property
    def key(self) -> str:
        return f"{self.number}/{self.symbol}"


def draw(seed: str, days: Sequence[date], count: int, assignments: int, calendar: Days) -> list[DocumentPlan]:
    """`count` documents on the working `days`, of together at least `assignments` parts."""
    rng, planned, given = Random(seed), [], 0
    for index in range(count):
        enter_on = days[index * len(days) // count]
        wanted = max(1, round((assignments - given) / (count - index) + 0.5))
        document = _document(rng, index, enter_on, wanted, calendar)
        if document.fate != "draft":
            given += sum(task.size for task in document.tasks)
        planned.append(document)
    return planned


def _document(rng: Random, index: int, enter_on: date, wanted: int, calendar: Days) -> DocumentPlan:
    urgency = rng.choices(("NORMAL", "URGENT", "VERY_URGENT", "EXPRESS"), (80, 10, 6, 4))[0]
    issue_date = calendar.after(enter_on, -rng.choices((0, 1, 2, 3, 5), (45, 25, 15, 10, 5))[0]) if urgency == "NORMAL" else enter_on
    tasks: list[TaskPlan] = []
    size = 0
    while size < wanted and len(tasks) < 4:
        tasks.append(_task(rng, issue_date, wanted - size, calendar))
        size += tasks[-1].size
    fate = {4: "draft", 9: "amend", 14: "supersede", 19: "revoke", 22: "purge"}.get(index % 24, "publish")
    return DocumentPlan(
        number=str(1000 + index),
        symbol="UBND-TH",
        subject=rng.choice(SUBJECTS),
        type=rng.choice(OTHER_TYPES) if rng.random() < 0.3 else "OFFICIAL_LETTER",
        issue_date=issue_date,
        enter_on=enter_on,
        urgency=urgency,
        national=index % 20 == 3,
        fate=fate,
        web=fate == "publish" and index % 24 == 11,
        tasks=tuple(tasks),
    )


def _task(rng: Random, issued: date, wanted: int, calendar: Days) -> TaskPlan:
    kind = rng.random()
    phases: tuple[Day, ...] = ()
    due = None
    if kind < PHASED:
        start = issued + timedelta(days=rng.randint(15, 40))
        phases = tuple(
            Day(start + timedelta(days=45 * number + rng.randint(0, 9)), rng.random() < 0.1) for number in range(rng.randint(2, 3))
        )
    elif kind > PHASED + LONG:
        day = issued + timedelta(days=rng.choices((rng.randint(7, 15), rng.randint(16, 35), rng.randint(36, 75)), (35, 45, 20))[0])
        # Some of them on days off, which roll (D6).
        due = Day(day if rng.random() < 0.25 else calendar.rolled(day), rng.random() < 0.12)
    parts = _parts(rng, min(6, max(1, wanted // max(1, len(phases)))), issued)
    content = f"Tổ chức thực hiện, báo cáo kết quả {rng.choice(SUBJECTS)} (đợt {rng.randint(1, 9)})."
    return TaskPlan(content, rng.choice(FIELDS), rng.random() < 0.35, due, phases, parts, paper=rng.random() < 0.05)


def _parts(rng: Random, count: int, issued: date) -> tuple[PartPlan, ...]:
    """One or more leads, some who help, sometimes one who gathers the results."""
    known = [*DEPARTMENTS, *DISTRICTS] if issued <= LAST_DAY - timedelta(days=21) else [*DEPARTMENTS, *DISTRICTS[:4], SUCCESSOR]
    if issued > LAST_DAY - timedelta(days=21) and issued <= LAST_DAY + timedelta(days=7):
        known.remove(SUCCESSOR)
    # Those that end get enough for their end to be seen.
    ending = count > 1 and DISSOLVED[0] in known and issued > date(2025, 4, 15)
    first = [rng.choice(DISSOLVED)] if ending else []
    units = first + rng.sample([unit for unit in known if unit not in first], count - len(first))
    leads = max(1, round(count * rng.choice((0.35, 0.6, 1.0))))
    roles = ["LEAD"] * leads + ["COORDINATING"] * (count - leads)
    if count - leads > 0 and rng.random() < 0.25:
        roles[-1] = "AGGREGATING"
    return tuple(PartPlan(unit, role) for unit, role in zip(units, roles, strict=True))
