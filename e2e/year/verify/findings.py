"""What the verifier found: how often each state was reached, how much was checked, what is wrong."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

ENOUGH = 10
# Of one kind of problem so many are kept; all are counted.
KEPT = 12
# States that a year can't reach ten times, and why.
WHY = {
    "directive.RECEIVED": "a document comes in as SPLITTING: intake from the document software isn't here",
    "directive.REFUSED_SECRET": "a purge takes its documents' events away, which are judged here; e2e/secrecy shows it",
    "dissolution.PROPOSED": "three were proposed: the year has one merger of two districts, and one that was called off",
    "dissolution.CONFIRMED": "two districts end in the year",
    "dissolution.WITHDRAWN": "one was called off",
}


@dataclass
class Findings:
    states: dict[str, int] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def expect(self, what: str, holds: object, of: object, *facts: object) -> bool:
        """One check of the kind `what`, about `of`."""
        self.checked[what] += 1
        if holds:
            return True
        self.counts[what] += 1
        if self.counts[what] <= KEPT:
            self.problems.append(f"{what}: {of}: {' '.join(map(str, facts))}")
        return False

    def equal(self, what: str, found: object, wanted: object, of: object) -> bool:
        """As expect, where two figures ought to be the same."""
        return self.expect(what, found == wanted, of, f"found {found!r}, by the rules {wanted!r}")

    def reached(self, kind: str, names: Iterable[str], every: Iterable[str]) -> None:
        """States that were reached, each (aggregate, state) once; `every`: all that there are."""
        counts = Counter(names)
        self.states |= {f"{kind}.{name}": counts[name] for name in every}
