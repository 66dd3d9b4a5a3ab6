"""Rules switched off, one by one, each in a copy of the tree: the tests that cite the rule's point must then fail."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from e2e.articles.collect import Citations, Place

FILE = Path(__file__).parent / "mutants.json"
AT_A_TIME = 2
SECONDS = 600
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "screens")


@dataclass(frozen=True)
class Mutant:
    """`find` stands exactly once in `file`; with `replace` in its place the rule of `article` no longer holds."""

    article: str
    file: str
    find: str
    replace: str


@dataclass(frozen=True)
class Run:
    """What pytest came to: the test functions that failed, by node id; and what kept it from running."""

    failed: list[str]
    trouble: str = ""


def read(file: Path = FILE) -> list[Mutant]:
    return [Mutant(**entry) for entry in json.loads(file.read_text("utf-8"))]


def problem(mutant: Mutant, root: Path, found: Citations) -> str | None:
    """Why it can't be tried."""
    path = root / mutant.file
    times = path.read_text("utf-8").count(mutant.find) if path.is_file() else 0
    if times != 1:
        return f"mutant of {mutant.article}: stands {times} times in {mutant.file}: {mutant.find!r}"
    if mutant.find == mutant.replace:
        return f"mutant of {mutant.article}: changes nothing in {mutant.file}"
    if not tests_of(mutant, found):
        return f"mutant of {mutant.article}: no test of a service cites it"
    return None


def tests_of(mutant: Mutant, found: Citations) -> list[Place]:
    """The nearest and quickest first. Tests of the whole system are left out: each would start a platform."""
    folder = Path(mutant.file).parts[:2]
    inside = [place for place in found.tests.get(mutant.article, ()) if not place.file.startswith("e2e/")]
    return sorted(inside, key=lambda place: (Path(place.file).parts[:2] != folder, not place.file.endswith("test_model.py"), place))


def survivors(mutants: list[Mutant], root: Path, found: Citations) -> list[str]:
    """What is wrong, a sentence each; nothing when every mutant is killed by tests that pass without it."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        runs = list(pool.map(lambda mutant: _try(mutant, root, found), mutants))
    wrong = []
    for mutant, run in zip(mutants, runs, strict=True):
        outcome = run.trouble or (f"killed by {run.failed[0]}" if run.failed else "SURVIVED")
        print(f"{mutant.article:10} {mutant.file}: {mutant.find.strip().splitlines()[0]} -> {outcome}", flush=True)
        if not run.failed:
            wrong.append(f"mutant of {mutant.article} in {mutant.file}: {run.trouble or 'survived'}: {mutant.find!r}")
    killers = sorted({run.failed[0] for run in runs if run.failed})
    return wrong + ([f"{test} fails by itself" for test in _sound(killers, root)] if killers else [])


def _try(mutant: Mutant, root: Path, found: Citations) -> Run:
    with _copy(root) as tree:
        path = Path(tree) / mutant.file
        path.write_text(path.read_text("utf-8").replace(mutant.find, mutant.replace), "utf-8")
        return _pytest(Path(tree), [place.node_id for place in tests_of(mutant, found)], "-x")


def _sound(tests: list[str], root: Path) -> list[str]:
    """Which of them fail in the tree as it is."""
    with _copy(root) as tree:
        run = _pytest(Path(tree), tests)
    return [run.trouble] if run.trouble else run.failed


def _copy(root: Path) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="ykcd-mutant-", ignore_cleanup_errors=True)
    shutil.copytree(root, folder.name, ignore=_LEFT_OUT, dirs_exist_ok=True)
    return folder


def _pytest(tree: Path, tests: list[str], *options: str) -> Run:
    report = tree / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *options, *tests]
    environment = {**os.environ, "PYTHONPATH": ".:proto", "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate()
        return Run([], f"not done after {SECONDS} s")
    # 0: all passed, 1: some failed. Anything else, or an error outside a test, says nothing about the rule.
    failed = _failed(report, tests) if process.returncode == 1 else []
    return Run(failed, "" if process.returncode == 0 or failed else f"pytest didn't run the tests ({process.returncode}): {output[-2000:]}")


def _failed(report: Path, tests: list[str]) -> list[str]:
    by_case = {test.replace("/", ".").replace(".py::", ".", 1).replace("::", "."): test for test in tests}
    cases = [case for case in ElementTree.parse(report).iter("testcase") if case.find("failure") is not None]
    return list(dict.fromkeys(by_case[f"{case.get('classname')}.{case.get('name', '').partition('[')[0]}"] for case in cases))
