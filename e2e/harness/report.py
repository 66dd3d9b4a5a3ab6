"""What the commands print about an installation."""

from collections.abc import Sequence
from typing import Any

from e2e.harness.platform import Platform

ACCOUNTS_SHOWN = 14


def addresses(platform: Platform) -> str:
    urls = platform.urls
    rows = [
        ("Web", urls.web),
        ("gRPC", f"{urls.grpc} ({'TLS' if platform.options.tls else 'clear text'})"),
        ("Keycloak's console", f"http://localhost:{platform.ports['keycloak']}/auth/admin (admin; password in "),
        ("Mails are caught in", str(urls.mail)),
        ("Logs", str(platform.home / "logs")),
    ]
    rows[2] = (rows[2][0], f"{rows[2][1]}{platform.secrets / 'keycloak' / 'admin_password'})")
    return _columns(rows)


def accounts(platform: Platform) -> str:
    """A few people of each role: the whole list is the seed's."""
    people = [person for person in platform.people() if person["kind"] == "PERSON"]
    shown = [person for person in people if person["unit"] == "vpub"]
    shown = (shown + [person for person in people if person not in shown])[:ACCOUNTS_SHOWN]
    rows = [(person["username"], ", ".join(person["roles"]), person["unit"], person["name"]) for person in shown]
    hidden = len(people) - len(shown)
    more = f"... and {hidden} more in {platform.options.seed / 'people.json'}"
    title = f"Seed accounts, all with the password {platform.password}"
    return "\n".join([title, _columns([("username", "roles", "unit", "name"), *rows]), *([more] if hidden else [])])


def table(state: dict[str, Any]) -> str:
    keys = ("name", "pid", "state", "restarts", "port")
    rows = [tuple("" if row[key] is None else str(row[key]) for key in keys) for row in state["processes"]]
    return _columns([("process", *keys[1:]), *rows])


def all_well(state: dict[str, Any]) -> bool:
    return state["phase"] == "running" and all(row["state"] in ("running", "done") for row in state["processes"])


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = (("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip() for row in rows)
    return "\n".join(f"  {line}" for line in cells)
