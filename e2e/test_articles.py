"""The way from the law to the test: nothing cites what doesn't exist, the page is fresh, and a rule switched off is noticed."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from e2e.articles import mutants, page
from e2e.articles.__main__ import count
from e2e.articles.collect import Place, collect
from e2e.articles.law import FILE, Law
from e2e.articles.mutants import Mutant
from e2e.harness.process import ROOT

LAW = Law.read(ROOT)
# Put together, so that these aren't themselves unknown ids in the tree.
UNKNOWN = "Đ" + "99.1"
LATIN_D = "Đ8.1." + "D"


def test_the_page_says_what_the_tree_says() -> None:
    assert (ROOT / page.FILE).read_text("utf-8") == page.render(LAW, collect(ROOT, LAW)), "run `make articles`"


def test_nothing_cites_what_isnt_in_the_law() -> None:
    assert collect(ROOT, LAW).problems == []


def test_every_mutant_can_be_tried() -> None:
    found = collect(ROOT, LAW)
    assert [text for mutant in mutants.read() if (text := mutants.problem(mutant, ROOT, found))] == []


def test_the_law_is_whole() -> None:
    assert [point.id for point in LAW.of_kind("article")] == [f"Đ{number}" for number in range(1, 14)]
    assert LAW.below("Đ8.1") == [f"Đ8.1.{letter}" for letter in "abcdđe"]
    assert LAW.below("Đ7.2.c") == ["Đ7.2.c.1", "Đ7.2.c.2"]
    assert [point.id for point in LAW.of_kind("settled")] == [f"D{number}" for number in range(1, 18)]
    assert [point.id for point in LAW.of_kind("example")] == [f"§6.{number}" for number in range(1, 30)]
    for point in LAW.points.values():
        lowest = not LAW.below(point.id) and point.kind not in ("settled", "example")
        assert bool(point.platform) == bool(point.binds)
        assert point.binds in ({"platform", "people"} if lowest or point.id == "Đ1.2" else {None}), point.id
        assert point.text or not lowest


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Đ8.1.đ: nothing is dropped. Đ8.1.d.", ["Đ8.1.đ", "Đ8.1.d"]),
        ("Đ7.2.a–d, Đ4", ["Đ7.2.a", "Đ7.2.b", "Đ7.2.c", "Đ7.2.d", "Đ4"]),
        ("D5, example 16, §6.17 (71/QĐ-UBND, QĐ 42/2014, regulation §3)", ["D5", "§6.17", "§6.16"]),
        (f"{UNKNOWN} and {LATIN_D}", [UNKNOWN, LATIN_D]),
        ("\u00d08.1.e", ["\u00d08.1.e"]),
        ("Đ7.2.a–" + "z", ["Đ7.2.a–" + "z"]),
    ],
)
def test_a_text_cites_ids(text: str, ids: list[str]) -> None:
    assert list(LAW.cited_in(text)) == ids


PROJECT = """
[tool.pytest.ini_options]
pythonpath = ["."]
markers = ["article(*points): points"]
addopts = "--strict-markers"
"""
RULE = """
from kit.law import article


class Toy:
    @article("Đ8.1.e", "D2")
    async def urge(self): ...


def allowed(count):
    return count < 3
"""
TEST = """
import pytest

from services.toy.model import allowed


class TestLimit:
    @pytest.mark.article("Đ8.1.e", "D2")
    @pytest.mark.parametrize("count", [2, 3])
    def test_a_fourth_is_refused(self, count):
        assert allowed(count) == (count < 3)
"""
PROTO = """
service Toys {
  // Another.
  rpc Get(A) returns (B);
  // Đ7.2.a, and
  // Đ4.
  rpc Take(A) returns (B);
}
"""
PAGE = '''
@router.get("/toys")
async def toys():
    """Đ2.1: all."""
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one rule, its test, an RPC and a page."""
    files = {
        "pyproject.toml": PROJECT,
        str(FILE): (ROOT / FILE).read_text("utf-8"),
        "kit/law.py": (ROOT / "kit/law.py").read_text("utf-8"),
        "services/toy/model.py": RULE,
        "services/toy/tests/test_model.py": TEST,
        "proto/toy.proto": PROTO,
        "gateway/routes/toys.py": PAGE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_rules_rpcs_pages_and_tests_are_found(tree: Path) -> None:
    found = collect(tree, LAW)
    test = Place("services/toy/tests/test_model.py", "TestLimit::test_a_fourth_is_refused")
    rule, own = Place("services/toy/model.py", "Toy.urge"), Place("kit/law.py", "cited")
    assert found.rules == {"Đ8.1.e": {rule}, "D2": {rule}, "D11": {own}}
    assert found.tests == {id: {test} for id in ("Đ8.1.e", "D2")}
    assert found.rpcs == {id: {Place("proto/toy.proto", "Toys.Take")} for id in ("Đ7.2.a", "Đ4")}
    assert found.pages == {"Đ2.1": {Place("gateway/routes/toys.py", "GET /toys")}}
    assert found.problems == []
    counts = count(LAW, found)
    assert (counts["tested"], counts["rules"], counts["tests"]) == (1, 2, 1)
    assert len(counts["gaps"]) == counts["points"] - counts["people"] - 1 + 17 + 29 - 1
    assert f"[`{test.file}:{test.name}`](../{test.file})" in page.render(LAW, found).split("### Đ8.1.e")[1].split("### ")[0]


@pytest.mark.parametrize(
    ("file", "line", "problem"),
    [
        ("services/toy/model.py", f'@article("{UNKNOWN}")\ndef more(): ...\n', f"{UNKNOWN} isn't in"),
        ("services/toy/model.py", '@article("Đ8.2")\ndef more(): ...\n', "Đ8.2 is a heading; its points are Đ8.2.1, Đ8.2.2"),
        ("services/toy/model.py", "@article(LATER)\ndef more(): ...\n", "an id is written out"),
        ("services/toy/model.py", "@article()\ndef more(): ...\n", "cites nothing"),
        ("services/toy/tests/test_model.py", f'pytestmark = pytest.mark.article("{LATIN_D}")\n', f"{LATIN_D} isn't in"),
        ("services/toy/notes.md", f"See {UNKNOWN}.\n", f"{UNKNOWN} isn't in"),
        ("proto/toy.proto", f"// {LATIN_D}\n", f"{LATIN_D} isn't in"),
    ],
)
def test_a_wrong_citation_is_found(tree: Path, file: str, line: str, problem: str) -> None:
    with (tree / file).open("a", encoding="utf-8") as target:
        target.write(line)
    problems = collect(tree, LAW).problems
    assert problems
    assert any(problem in text and file in text for text in problems)


LIMIT = Mutant("D2", "services/toy/model.py", "count < 3", "True")
UNTESTED = Mutant("D2", "services/toy/model.py", "async def urge(self): ...", "async def urge(self): return 1")


def test_a_rule_switched_off_is_noticed(tree: Path) -> None:
    assert mutants.survivors([LIMIT], tree, collect(tree, LAW)) == []
    assert "count < 3" in (tree / LIMIT.file).read_text("utf-8")


def test_a_mutant_that_no_test_notices_survives(tree: Path) -> None:
    wrong = mutants.survivors([UNTESTED], tree, collect(tree, LAW))
    assert len(wrong) == 1
    assert "survived" in wrong[0]


def test_a_mutant_that_doesnt_run_isnt_killed(tree: Path) -> None:
    broken = Mutant("D2", "services/toy/model.py", "count < 3", "count <")
    wrong = mutants.survivors([broken], tree, collect(tree, LAW))
    assert len(wrong) == 1
    assert "didn't run" in wrong[0]


def test_a_test_that_fails_by_itself_kills_nothing(tree: Path) -> None:
    path = tree / "services/toy/tests/test_model.py"
    path.write_text(path.read_text("utf-8").replace("== (count < 3)", "== 'never'"), "utf-8")
    wrong = mutants.survivors([LIMIT], tree, collect(tree, LAW))
    assert wrong == ["services/toy/tests/test_model.py::TestLimit::test_a_fourth_is_refused fails by itself"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"find": "count"}, "stands 2 times"),
        ({"file": "services/toy/gone.py"}, "stands 0 times"),
        ({"replace": "count < 3"}, "changes nothing"),
        ({"article": "Đ7.1"}, "no test of a service cites it"),
    ],
)
def test_a_mutant_that_cant_be_tried_is_named(tree: Path, change: dict[str, str], problem: str) -> None:
    told = mutants.problem(Mutant(**(asdict(LIMIT) | change)), tree, collect(tree, LAW))
    assert told is not None
    assert problem in told


def test_an_id_stands_once_in_the_law(tree: Path) -> None:
    data = json.loads((tree / FILE).read_text("utf-8"))
    data["points"].append(data["points"][0])
    (tree / FILE).write_text(json.dumps(data), "utf-8")
    with pytest.raises(ValueError, match="twice"):
        Law.read(tree)
