"""What holds for the whole tree: stubs and protos, layers, every table protected, every dependency used."""

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from e2e.harness.layout import SERVICES
from kit import migrations
from kit.app import App

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)


def passes(*command: str | Path) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_stubs_are_those_of_the_protos(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "proto", tmp_path / "proto", ignore=shutil.ignore_patterns("*.py", "*.pyi"))
    shutil.copytree(ROOT / "third_party", tmp_path / "third_party")
    protos = [str(path.relative_to(tmp_path / "proto")) for path in sorted((tmp_path / "proto").rglob("*.proto"))]
    outs = [f"--{kind}_out=proto" for kind in ("python", "grpc_python")] + [f"--{kind}_out=quiet:proto" for kind in ("mypy", "mypy_grpc")]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-Iproto", "-Ithird_party/proto", *outs, *protos, "buf/validate/validate.proto"]
    # The plugins of mypy-protobuf are found beside the interpreter.
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PATH": f"{BIN}:/usr/bin:/bin"})
    assert made.returncode == 0, made.stderr
    fresh, committed = stubs_below(tmp_path), stubs_below(ROOT)
    assert fresh == committed, "run `make stubs`"


def stubs_below(folder: Path) -> dict[Path, str]:
    found = (path for path in (folder / "proto").rglob("*.py*") if path.suffix in (".py", ".pyi"))
    return {path.relative_to(folder): path.read_text("utf-8") for path in found}


def test_protos_follow_the_style() -> None:
    passes(BIN / "buf", "lint")
    passes(BIN / "buf", "format", "--diff", "--exit-code", "proto")


def test_protos_dont_break_the_last_release() -> None:
    tag = run("git", "describe", "--tags", "--abbrev=0").stdout.strip()
    if not tag:
        pytest.skip("no release is tagged yet")
    passes(BIN / "buf", "breaking", "--against", f".git#tag={tag}")


def test_layers_and_borders_hold() -> None:
    passes(BIN / "lint-imports")


def test_style_holds() -> None:
    passes(BIN / "ruff", "check", ".")
    passes(BIN / "ruff", "format", "--check", ".")


def test_types_hold() -> None:
    passes(BIN / "basedpyright", "--level", "error", "--pythonpath", sys.executable)


def test_every_dependency_is_used_and_every_use_declared() -> None:
    passes(BIN / "deptry", ".")


def test_the_packages_that_the_platform_is_built_on_are_imported() -> None:
    """Imports, not only requirements: each stands in a module of ours outside the tests."""
    wanted = ["grpc", "google.protobuf", "fastapi", "sqlalchemy", "nats", "opentelemetry", "keycloak", "prometheus_client"]
    modules = (path for folder in ("kit", "services", "gateway", "infra") for path in (ROOT / folder).rglob("*.py"))
    sources = [path.read_text() for path in modules if not {"tests", "testing"} & set(path.parts)]
    missing = [name for name in wanted if not any(f"import {name}" in text or f"from {name}" in text for text in sources)]
    assert not missing


def application(service: str) -> App:
    return importlib.import_module("gateway.__main__" if service == "gateway" else f"services.{service}.__main__").app


@pytest.fixture(params=[*SERVICES, "gateway"])
def database(request, postgres) -> tuple[App, str, str]:
    """A service's app on a fresh database: (app, the owner's URL, a superuser's DSN)."""
    app = application(request.param)
    url = postgres.settings(app.settings).database_url(app.name, "owner")
    postgres.fresh(app.name, lambda: migrations.upgrade(app.package, url, app.metadata))
    return app, url, postgres.dsn(app.name)


def test_migrations_make_what_the_model_says(database) -> None:
    app, url, _dsn = database
    migrations.check(app.package, url, app.metadata)


def test_migrations_hold_nobody_up(database, postgres, tmp_path: Path) -> None:
    """Each statement, on a database that has none of them yet; what procrastinate brings is its own makers' business."""
    app, url, _dsn = database
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{app.name}" WITH (FORCE)')
    postgres.bootstrap(app.name)
    script: list[str] = []

    def note(_connection, _cursor, statement: str, parameters: object, *_: object) -> None:
        # Alembic's own have parameters, or are about its own table.
        if not parameters and "alembic_version" not in statement and "procrastinate" not in statement:
            script.append(statement.strip().removesuffix(";"))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        migrations.upgrade(app.package, url, app.metadata)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert any("CREATE TABLE" in statement for statement in script)
    file = tmp_path / f"{app.name}.sql"
    file.write_text(";\n".join(script) + ";\n")
    passes(BIN / "squawk", file)


def test_every_table_is_under_forced_row_level_security(database) -> None:
    """The catalog is asked, so that no table is forgotten. alembic_version is the owner's alone."""
    app, _url, dsn = database
    with psycopg.connect(dsn) as connection:
        unprotected = connection.execute("""
            SELECT relname FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)
               AND relname NOT LIKE 'alembic%' AND relname NOT LIKE 'procrastinate%'
        """).fetchall()
        open_to_requests = connection.execute(
            """
            SELECT table_name FROM information_schema.table_privileges
             WHERE grantee = %s AND (table_name LIKE 'alembic%%' OR table_name LIKE 'procrastinate%%')
            """,
            [f"{app.name}_api"],
        ).fetchall()
        careless_views = connection.execute("""
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
               AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], false)
        """).fetchall()
    assert (unprotected, open_to_requests, careless_views) == ([], [], [])


def test_nobody_of_another_service_can_connect(database) -> None:
    app, _url, dsn = database
    with psycopg.connect(dsn) as connection:
        allowed = connection.execute(
            "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolcanlogin AND has_database_privilege(rolname, %s, 'CONNECT')", [app.name]
        ).fetchall()
    assert {name for (name,) in allowed} <= {f"{app.name}_{role}" for role in ("owner", "api", "worker")}


def test_every_requirement_is_locked_and_every_lock_has_its_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runs, develops = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    for file, requirements in (("requirements.txt", runs), ("requirements-dev.txt", [*runs, *develops])):
        locked = locks(ROOT / file)
        assert [lock for _, lock in locked if "--hash=sha256:" not in lock] == [], file
        wanted = {re.split(r"[\[=<>]", requirement)[0].lower() for requirement in requirements}
        assert wanted - {name for name, _ in locked} == set(), "run `make lock`"


def locks(file: Path) -> list[tuple[str, str]]:
    """(name, version and hashes) of each package, in the one way that the file is written."""
    blocks = re.split(r"\n(?=\S)", file.read_text().strip())
    names = [re.match(r"([a-z0-9._-]+)==\S+", block) for block in blocks]
    assert all(names), file
    return [(name[1], block) for name, block in zip(names, blocks, strict=True) if name]
