"""make articles: writes docs/regulation.md, switches rules off, and prints one JSON line of counts last.

Fails when a point that binds the platform, a settled decision or an example has no test, an id is unknown, or a mutant survives.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from e2e.articles import mutants, page
from e2e.articles.collect import Citations, collect
from e2e.articles.law import Law
from e2e.harness.process import ROOT


def main(root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m e2e.articles", description=__doc__)
    parser.add_argument("--page", action="store_true", help="write the page only; no rule is switched off")
    chosen = [] if parser.parse_args().page else mutants.read()
    law = Law.read(root)
    found = collect(root, law)
    (root / page.FILE).write_text(page.render(law, found), "utf-8")
    problems = found.problems + [text for mutant in chosen if (text := mutants.problem(mutant, root, found))]
    survived = [] if problems else mutants.survivors(chosen, root, found)
    for text in problems + survived:
        print(text, file=sys.stderr)
    counts = count(law, found) | {"mutants": len(chosen), "killed": 0 if problems else len(chosen) - len(survived)}
    ok = not (counts["gaps"] or problems or survived)
    print(json.dumps(counts | {"ok": ok}, ensure_ascii=False))
    return 0 if ok else 1


def count(law: Law, found: Citations) -> dict[str, Any]:
    """Of the law's points: how many there are, bind people only, are shown by tests; and all that isn't shown yet."""
    owed = [point.id for point in law.binding if point.binds == "platform"]
    untested = [id for id in owed if id not in found.tests]
    others = [point.id for point in law.points.values() if point.kind in ("settled", "example")]
    return {
        "points": len(law.binding),
        "tested": len(owed) - len(untested),
        "people": len(law.binding) - len(owed),
        "gaps": untested + [id for id in others if id not in found.tests],
        "rules": len(set().union(*found.rules.values())),
        "tests": len(set().union(*found.tests.values())),
    }


if __name__ == "__main__":
    raise SystemExit(main())
