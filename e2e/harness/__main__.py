"""The commands behind the Makefile: up, down, status, logs, scrub; `supervise` is what `up` leaves in the background."""

import argparse
import os
from pathlib import Path

from e2e.harness import background
from e2e.harness.process import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m e2e.harness", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("YKCD_HOME") or ROOT / ".run"))
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down", "status", "supervise", "scrub"):
        commands.add_parser(name)
    commands.add_parser("logs").add_argument("names", nargs="*")
    arguments = parser.parse_args()
    installation = background.Installation(arguments.home.resolve())
    if arguments.command == "logs":
        installation.logs(arguments.names)
    command = {
        "up": installation.up,
        "down": installation.down,
        "status": installation.status,
        "supervise": installation.supervise,
        "scrub": installation.scrub,
    }[arguments.command]
    return command()


if __name__ == "__main__":
    raise SystemExit(main())
