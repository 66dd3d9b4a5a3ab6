"""docs/regulation/law.json: the regulation's text by id, the settled decisions (D1) and the worked examples (§6.1).

Ids follow the text: `Đ8.1.e` is Điều 8, khoản 1, điểm e, and `Đ8.1.đ` isn't `Đ8.1.d`. Unnumbered paragraphs and dashes take the id of
what they stand in and a number (`Đ7.2.c.1`). A clause that only opens its points (`Đ7.2`) is a heading: text may name it, rules and tests
may not.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FILE = Path("docs/regulation/law.json")
# The letters Ð and Ɖ look like Đ and aren't; they are read so that they can be refused. A range names its last part only: Đ7.2.a–d.
_POINT = r"(?<!\w)[ĐÐƉ]\d+(?:\.(?:\d+|[^\W\d_])(?!\w))*"
_CITATION = re.compile(
    rf"(?P<point>{_POINT})(?:[–-](?P<to>(?:\d+\.)*(?:\d+|[^\W\d_]))(?!\w))?|(?<![\w.])(?P<settled>D\d+)(?!\w)|§(?P<example>6\.\d+)"
)
_EXAMPLES = re.compile(r"\bexamples? (\d+)")


@dataclass(frozen=True)
class Point:
    """One entry. `binds` is "platform" or "people"; None for headings, settled decisions and examples."""

    id: str
    kind: str
    heading: str = ""
    text: str = ""
    binds: str | None = None
    platform: str = ""


@dataclass(frozen=True)
class Law:
    source: str
    points: dict[str, Point]

    @classmethod
    def read(cls, root: Path) -> "Law":
        """ValueError where an id stands twice."""
        data = json.loads((root / FILE).read_text("utf-8"))
        points = [Point(**entry) for entry in data["points"]]
        twice = {point.id for point in points if [other.id for other in points].count(point.id) > 1}
        if twice:
            raise ValueError(f"{FILE}: twice {sorted(twice)}")
        return cls(data["source"], {point.id: point for point in points})

    @cached_property
    def binding(self) -> list[Point]:
        """What binds somebody: the points that count."""
        return [point for point in self.points.values() if point.binds]

    def of_kind(self, kind: str) -> list[Point]:
        return [point for point in self.points.values() if point.kind == kind]

    def below(self, id: str) -> list[str]:
        """The ids one step down, in the law's order."""
        return [other for other in self.points if other.rpartition(".")[0] == id]

    def problem(self, id: str) -> str | None:
        """Why a rule or a test can't cite it."""
        point = self.points.get(id)
        if point is None:
            return f"{id} isn't in {FILE}"
        if point.binds or point.kind in ("settled", "example"):
            return None
        return f"{id} is a heading; its points are {', '.join(self.below(id))}"

    def cited_in(self, text: str) -> Iterator[str]:
        """The ids that a text names, unknown ones too, ranges spelt out."""
        for found in _CITATION.finditer(text):
            if found["to"]:
                yield from self._range(found["point"], found["to"])
            else:
                yield found["point"] or found["settled"] or f"§{found['example']}"
        for found in _EXAMPLES.finditer(text):
            yield f"§6.{found[1]}"

    def _range(self, first: str, to: str) -> list[str]:
        above = first.rpartition(".")[0]
        siblings, last = self.below(above), f"{above}.{to}"
        if first not in siblings or last not in siblings:
            return [f"{first}–{to}"]
        return siblings[siblings.index(first) : siblings.index(last) + 1]
