"""Who cites what, read from the sources and nothing imported: rules, RPCs, pages, tests."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from e2e.articles.law import FILE, Law

CODE = ("kit", "services", "gateway", "infra")
TESTS = ("kit", "services", "gateway", "infra", "e2e")
ROUTES = Path("gateway/routes")
TEXTS = {".py", ".proto", ".html", ".md"}
_SERVICE = re.compile(r"service\s+(\w+)\s*\{")
_RPC = re.compile(r"\s*rpc\s+(\w+)\s*\(")
_METHODS = {"get", "post", "put", "patch", "delete"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Place:
    """What cites: a file, and the name in it (Class.method, Service.Rpc, GET /path, Class::test)."""

    file: str
    name: str

    @property
    def node_id(self) -> str:
        """For pytest."""
        return f"{self.file}::{self.name}"


@dataclass
class Citations:
    """Places by id, per kind; and what is wrong."""

    rules: dict[str, set[Place]] = field(default_factory=dict)
    rpcs: dict[str, set[Place]] = field(default_factory=dict)
    pages: dict[str, set[Place]] = field(default_factory=dict)
    tests: dict[str, set[Place]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def collect(root: Path, law: Law) -> Citations:
    found = Citations()
    for path in sources(root, CODE, "*.py"):
        if "tests" not in path.parts:
            _rules(root, path, law, found)
    for path in sources(root, TESTS, "test_*.py"):
        _tests(root, path, law, found)
    for path in sources(root, ("proto",), "*.proto"):
        _rpcs(root, path, law, found)
    for path in sources(root, (str(ROUTES),), "*.py"):
        _pages(root, path, law, found)
    found.problems += _unknown(root, law)
    return found


def sources(root: Path, folders: tuple[str, ...], pattern: str) -> Iterator[Path]:
    """Below `root`, in order, relative to it; no caches and no generated code."""
    for folder in folders:
        for path in sorted((root / folder).rglob(pattern)):
            if not {"__pycache__", "node_modules"}.intersection(path.parts) and "_pb2" not in path.name:
                yield path.relative_to(root)


def _rules(root: Path, path: Path, law: Law, found: Citations) -> None:
    for name, node in _definitions(ast.parse((root / path).read_text("utf-8")), "."):
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and _dotted(call.func).split(".")[-1] == "article":
                _note(found, found.rules, Place(str(path), name), call, law)


def _tests(root: Path, path: Path, law: Law, found: Citations) -> None:
    tree = ast.parse((root / path).read_text("utf-8"))
    marks: dict[str, list[ast.Call]] = {}
    definitions = list(_definitions(tree, "::"))
    for name, node in [("", tree), *definitions]:
        # Marks of a module and of a class hold for the tests in them.
        marks[name] = _marks(node) + (marks[name.rpartition("::")[0]] if name else [])
    for name, node in definitions:
        if isinstance(node, Function) and node.name.startswith("test_"):
            for call in marks[name]:
                _note(found, found.tests, Place(str(path), name), call, law)


def _marks(node: ast.Module | ast.ClassDef | Function) -> list[ast.Call]:
    """Of the definition itself, and of its parameters (pytest.param)."""
    if isinstance(node, ast.Module):
        marked = [line.value for line in node.body if isinstance(line, ast.Assign) and _dotted(line.targets[0]) == "pytestmark"]
    else:
        marked = node.decorator_list
    return [
        call for part in marked for call in ast.walk(part) if isinstance(call, ast.Call) and _dotted(call.func) == "pytest.mark.article"
    ]


def _note(found: Citations, into: dict[str, set[Place]], place: Place, call: ast.Call, law: Law) -> None:
    for argument in call.args:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            found.problems.append(f"{place.node_id}: an id is written out, not computed")
            continue
        into.setdefault(argument.value, set()).add(place)
        if problem := law.problem(argument.value):
            found.problems.append(f"{place.node_id}: {problem}")
    if not call.args:
        found.problems.append(f"{place.node_id}: cites nothing")


def _rpcs(root: Path, path: Path, law: Law, found: Citations) -> None:
    service, comment = "", ""
    for line in (root / path).read_text("utf-8").splitlines():
        if line.strip().startswith("//"):
            comment += line
            continue
        if opened := _SERVICE.match(line):
            service = opened[1]
        if rpc := _RPC.match(line):
            _note_text(found.rpcs, Place(str(path), f"{service}.{rpc[1]}"), comment + line, law)
        comment = ""


def _pages(root: Path, path: Path, law: Law, found: Citations) -> None:
    for _, node in _definitions(ast.parse((root / path).read_text("utf-8")), "."):
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and _dotted(call.func).split(".")[-1] in _METHODS and isinstance(call.args[0], ast.Constant):
                address = f"{_dotted(call.func).split('.')[-1].upper()} {call.args[0].value}"
                _note_text(found.pages, Place(str(path), address), ast.get_docstring(node) or "", law)


def _note_text(into: dict[str, set[Place]], place: Place, text: str, law: Law) -> None:
    for id in law.cited_in(text):
        into.setdefault(id, set()).add(place)


def _unknown(root: Path, law: Law) -> Iterator[str]:
    """Ids that stand anywhere in code or text and not in the law."""
    for path in sources(root, (*TESTS, "proto", "docs"), "*"):
        if path.suffix in TEXTS and path.parent != FILE.parent:
            text = (root / path).read_text("utf-8")
            yield from (f"{path}: {id} isn't in {FILE}" for id in sorted(set(law.cited_in(text)) - set(law.points)))


def _definitions(tree: ast.Module, separator: str) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Classes and functions with their dotted names, outer before inner."""
    inside: list[tuple[str, ast.AST]] = [("", tree)]
    while inside:
        above, node = inside.pop(0)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | Function):
                name = f"{above}{separator}{child.name}" if above else child.name
                yield name, child
                inside.append((name, child))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
