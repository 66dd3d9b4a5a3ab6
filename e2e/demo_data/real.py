"""Real provincial directives, read where they lie and turned into the shape of this package.

They come from other provinces and years, so what the passages don't state has a fixed fallback:
number = a running counter, symbol = "UBND-DEMO", issue date = 2025-12-01 (or 30 days before the document's
first due date, if that is earlier), abstract = the first heading, signer = "Chưa rõ".
"""

import json
import os
import re
import textwrap
import unicodedata
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from e2e.demo_data import HERE, Record, roles

FALLBACK_SYMBOL = "UBND-DEMO"
FALLBACK_ISSUE_DATE = date(2025, 12, 1)
FALLBACK_SIGNER = "Chưa rõ"
FALLBACK_UNIT = "vpub"
GROUP_SIZE = 4
CONTENT_LIMIT = 4000
ABSTRACT_LIMIT = 300

TYPES = {
    "quyết định": "DECISION",
    "chỉ thị": "INSTRUCTION",
    "công văn": "OFFICIAL_LETTER",
    "kế hoạch": "PLAN",
    "thông báo": "CONCLUSION_NOTICE",
    "quyet_dinh": "DECISION",
    "chi_thi": "INSTRUCTION",
    "cong_van": "OFFICIAL_LETTER",
    "ke_hoach": "PLAN",
    "ke_hoach_khan_cap": "PLAN",
    "thong_bao": "CONCLUSION_NOTICE",
}
FIELD_OF_LEAD = {
    "snv": "noi-vu",
    "stp": "tu-phap",
    "thanhtra": "tu-phap",
    "skhdt": "dau-tu-cong",
    "stc": "tai-chinh",
    "khobac": "tai-chinh",
    "sct": "cong-thuong",
    "snnptnt": "nong-nghiep",
    "sgtvt": "giao-thong",
    "sxd": "xay-dung",
    "stnmt": "moi-truong",
    "stttt": "cntt",
    "sldtbxh": "lao-dong-xa-hoi",
    "bhxh": "lao-dong-xa-hoi",
    "svhtt": "van-hoa-du-lich",
    "sdl": "van-hoa-du-lich",
    "skhcn": "khoa-hoc-cong-nghe",
    "sgddt": "giao-duc",
    "syt": "y-te",
    "congan": "an-ninh-quoc-phong",
    "bchqs": "an-ninh-quoc-phong",
}
FALLBACK_FIELD = "tong-hop"


def passages_file() -> Path:
    """The real passages. They aren't ours to publish: the folder of reference texts lies beside this one, or where YKCD_SHARED says."""
    folder = os.environ.get("YKCD_SHARED") or HERE.parents[2] / "shared"
    return Path(folder) / "data" / "directives" / "dev.jsonl"


def load_real(file: Path, units: list[Record], groups: list[Record]) -> list[Record]:
    """One record for each real document with tasks; `unmatched` lists the unit names that took a fallback."""
    documents: dict[str, list[Record]] = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            passage = json.loads(line)
            documents.setdefault(passage["doc_group"], []).append(passage)
    matcher = Matcher(units, groups)
    with_tasks = [passages for passages in documents.values() if any(p["tasks"] for p in passages)]
    return [_directive(passages, counter, matcher) for counter, passages in enumerate(with_tasks, start=1)]


class Matcher:
    """Finds the registry's units for names as written in a document."""

    def __init__(self, units: list[Record], groups: list[Record]) -> None:
        self.units = units
        self.exact = {normalise(name): u["code"] for u in units for name in [*u["abbreviations"], u["name"]]}
        self.kinds = {normalise(name): g["kinds"] for g in groups for name in [*g["aliases"], g["name"]]}
        self.turns: Counter[str] = Counter()

    def find(self, names: list[str], unmatched: list[str]) -> list[str]:
        """Codes, each once; names that only a fallback placed are appended to `unmatched`."""
        codes: dict[str, None] = {}
        for name in names:
            found = self._known(normalise(name))
            if found is None:
                unmatched.append(name)
                found = self._nearest(normalise(name))
            codes.update(dict.fromkeys(found))
        return list(codes)

    def _known(self, key: str) -> list[str] | None:
        if key in self.exact:
            return [self.exact[key]]
        return self._next(self.kinds[key], GROUP_SIZE) if key in self.kinds else None

    def _nearest(self, key: str) -> list[str]:
        if key.startswith("ubnd") or key.endswith("huyện"):  # communes and district offices: a district answers
            return self._next(["DISTRICT"], 1)
        if re.match(r"sở (ban|ngành)\b", key):
            return self._next(["DEPARTMENT", "AGENCY", "SECTORAL"], GROUP_SIZE)
        if key.startswith("sở "):
            return [self._closest_department(key)]
        same_elsewhere = [u["code"] for u in self.units if _without_place(normalise(u["name"])) == _without_place(key)]
        return same_elsewhere or [FALLBACK_UNIT]

    def _closest_department(self, key: str) -> str:
        words = set(key.split())
        departments = {normalise(u["name"]): u["code"] for u in self.units if u["name"].startswith("Sở ")}

        def overlap(name: str) -> float:
            other = set(name.split())
            return len(words & other) / len(words | other)

        return departments[max(departments, key=overlap)]

    def _next(self, kinds: list[str], count: int) -> list[str]:
        """The next `count` units of these kinds in rotation, so that the work spreads over the province."""
        codes = [u["code"] for u in self.units if u["kind"] in kinds]
        turn = "+".join(kinds)
        start = self.turns[turn]
        self.turns[turn] += count
        return [codes[(start + i) % len(codes)] for i in range(min(count, len(codes)))]


def normalise(name: str) -> str:
    """One spelling for case, Unicode form, uỷ/ủy, Ủy ban nhân dân/UBND, "các" and punctuation."""
    text = unicodedata.normalize("NFC", name).casefold().replace("uỷ", "ủy").replace("ủy ban nhân dân", "ubnd")
    return " ".join(word for word in re.findall(r"[\w&]+", text) if word != "các")


def _without_place(key: str) -> str:
    return re.sub(r" (tỉnh|thành phố)( .*)?$", "", key)


def _directive(passages: list[Record], counter: int, matcher: Matcher) -> Record:
    stated = _stated(passages)
    issued = _issue_date(stated, passages)
    unmatched: list[str] = []
    tasks = [_task(passage["text"], task, issued, matcher, unmatched) for passage in passages for task in passage["tasks"]]
    _inherit_field(tasks)
    body = str(stated.get("issuing_body", "")).casefold()
    return {
        "number": stated.get("number") or str(counter),
        "symbol": re.sub(r"\s*-\s*", "-", stated.get("symbol") or FALLBACK_SYMBOL),
        "document_type": _document_type(stated, passages),
        "abstract": stated.get("abstract") or _heading(passages),
        "issue_date": issued.isoformat(),
        "effective_date": None,
        "signer": stated.get("signer") or FALLBACK_SIGNER,
        "signer_position": "Chủ tịch",
        "issuing_authority": "CHAIRMAN" if body.startswith("chủ tịch") else "PROVINCIAL_PEOPLES_COMMITTEE",
        "submitting_unit": FALLBACK_UNIT,
        "urgency": "NORMAL",  # the marks are stamps, which published texts don't keep
        "tasks": tasks,
        "unmatched": unmatched,
    }


def _stated(passages: list[Record]) -> Record:
    """What any passage of the document states about it; the first one wins."""
    stated: Record = {}
    for passage in passages:
        for name, value in passage["document"].items():
            if value:
                stated.setdefault(name, value)
    return stated


def _document_type(stated: Record, passages: list[Record]) -> str:
    """The type as printed, else the passages' kind (a passage without tasks has kind "negative")."""
    names = [stated.get("type", "").casefold(), *(passage["kind"] for passage in passages)]
    return next((TYPES[name] for name in names if name in TYPES), "OFFICIAL_LETTER")


def _issue_date(stated: Record, passages: list[Record]) -> date:
    if stated.get("issue_date"):
        return date.fromisoformat(stated["issue_date"])
    dues = [date.fromisoformat(task["due_date"]) for p in passages for task in p["tasks"] if task["due_date"]]
    return min([FALLBACK_ISSUE_DATE, *(due - timedelta(days=30) for due in dues)])


def _heading(passages: list[Record]) -> str:
    first = passages[0]["text"].split("\n\n", 1)[0]
    title = re.sub(r"^[\dIVXivx.]+[.)]\s*", "", " ".join(first.split())).strip(" :;.")
    return textwrap.shorten(f"Trích văn bản {passages[0]['doc_group']}: {title}", ABSTRACT_LIMIT, placeholder="…")


def _task(text: str, task: Record, issued: date, matcher: Matcher, unmatched: list[str]) -> Record:
    start, end = task["content_span"]
    due = _due_date(task, issued)
    leads = matcher.find(task["lead_units"], unmatched)
    coordinating = matcher.find(task["coordinating_units"], unmatched)
    aggregating = matcher.find([task["consolidating_unit"]], unmatched)[0] if task["consolidating_unit"] else None
    kind = "REPORT" if task["must_report"] else "COMPLETE"
    return {
        "article": None,
        "content": " ".join(text[start:end].split())[:CONTENT_LIMIT],
        "has_deadline": due is not None,
        "must_report": task["must_report"],
        "deadline_kind": kind if due else None,
        "field": next((FIELD_OF_LEAD[code] for code in leads if code in FIELD_OF_LEAD), None),
        "due_date": due.isoformat() if due else None,
        **roles(leads or [FALLBACK_UNIT], coordinating, aggregating),
    }


def _due_date(task: Record, issued: date) -> date | None:
    """D7: "trước ngày X" means X-1. A relative term counts calendar days from issue; a recurring duty has no date."""
    if task["due_date"]:
        return date.fromisoformat(task["due_date"]) - timedelta(days=1 if task.get("before") else 0)
    if task.get("relative") and not task["recurrence"]:
        return issued + timedelta(days=task["relative"]["days"])
    return None


def _inherit_field(tasks: list[Record]) -> None:
    """A task led by a district or an office without a field of its own takes the document's commonest field."""
    known = Counter(task["field"] for task in tasks if task["field"])
    common = known.most_common(1)[0][0] if known else FALLBACK_FIELD
    for task in tasks:
        task["field"] = task["field"] or common
