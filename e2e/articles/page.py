"""docs/regulation.md: article by article, point by point."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from e2e.articles.collect import Citations, Place
from e2e.articles.law import Law, Point

FILE = Path("docs/regulation.md")
_OPENING = """# The regulation, point by point

Made by `make articles` from `docs/regulation/law.json` and from what rules (`@article`), RPCs, pages and tests (`@pytest.mark.article`)
cite; don't edit it by hand. Each point: the law's words, what the platform does, where, and the tests that show it.
"""
_SETTLED = """## Settled where the text leaves it open (D), and worked examples (§6)

| | | Where | Tests |
|---|---|---|---|"""


def render(law: Law, found: Citations) -> str:
    return "\n".join([_OPENING, f"Source: {law.source}.", "", *_articles(law, found), _SETTLED, *_rows(law, found), ""])


def _articles(law: Law, found: Citations) -> Iterator[str]:
    for point in law.points.values():
        if point.kind in ("settled", "example"):
            continue
        yield from [f"## {point.id} · {point.heading}" if point.kind == "article" else f"### {point.id}", ""]
        if point.text:
            yield from [*(f"> {line}  " if more else f"> {line}" for line, more in _lines(point.text)), ""]
        if details := list(_details(point, found)):
            yield from [*details, ""]


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    lines = text.split("\n")
    yield from ((line, number < len(lines)) for number, line in enumerate(lines, 1))


def _details(point: Point, found: Citations) -> Iterator[str]:
    if point.binds == "people":
        yield f"- **Binds people.** {point.platform}"
    elif point.binds:
        yield f"- **The platform:** {point.platform}"
    if places := _places(found, point.id):
        yield from ["- **Where:**", *(f"  - {place}" for place in places)]
    if tests := found.tests.get(point.id):
        yield from ["- **Tests:**", *(f"  - {link}" for link in _links(tests))]
    elif point.binds == "platform":
        yield "- **Tests:** none yet"


def _places(found: Citations, id: str) -> list[str]:
    kinds = (found.rules, ""), (found.rpcs, "RPC "), (found.pages, "page ")
    return [f"{prefix}{link}" for places, prefix in kinds for link in _links(places.get(id, ()))]


def _links(places: Iterable[Place]) -> list[str]:
    return [f"[`{place.file}:{place.name}`](../{place.file})" for place in sorted(places)]


def _rows(law: Law, found: Citations) -> Iterator[str]:
    for point in [*law.of_kind("settled"), *law.of_kind("example")]:
        tests = _links(found.tests.get(point.id, ()))
        yield f"| {point.id} | {point.text} | {'<br>'.join(_places(found, point.id)) or '–'} | {'<br>'.join(tests) or 'none yet'} |"
