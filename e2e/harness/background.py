"""An installation whose supervisor runs in the background, as `make up` leaves it."""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from e2e.harness.layout import TOOLS, options_from_environment, refuse_busy
from e2e.harness.platform import Platform
from e2e.harness.process import ROOT
from e2e.harness.report import accounts, addresses, all_well, table
from infra.keycloak.install import install
from infra.postgres.scrub import scrub

POLL_SECONDS = 0.1
DOWN_SECONDS = 90
FLOCK = "hhqqi0q"  # struct flock: type, whence, start, length, pid


class Installation:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.log, self._lock_file = home / "supervisor.log", home / "supervisor.lock"

    def up(self) -> int:
        """Idempotent. When it is interrupted or fails, nothing stays."""
        platform = Platform(self.home, options=options_from_environment())
        if self.supervisor_pid() is None:
            code = self._start(platform)
            if code:
                return code
        elif self.state()["phase"] != "running":
            print("Another command is starting or stopping it: see `make status`.")
            return 1
        else:
            print("It is up already.")
        print("", addresses(platform), "", accounts(platform), sep="\n")
        return 0

    def _start(self, platform: Platform) -> int:
        began = time.monotonic()
        self.home.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        try:
            refuse_busy(platform.ports)
            install(TOOLS)
            offset = self.log.stat().st_size if self.log.exists() else 0
            code = self._follow(self._spawn_supervisor(), offset)
        except KeyboardInterrupt:
            print("Interrupted: stopping what has started.", flush=True)
            self.down()
            return 130
        except RuntimeError as error:
            print(error)
            return 1
        if not code:
            print(f"Up after {time.monotonic() - began:.0f} s.")
        return code

    def down(self) -> int:
        pid = self.supervisor_pid()
        if pid is None:
            print("It isn't running.")
            return 0
        began = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        while self.supervisor_pid() is not None:
            if time.monotonic() - began > DOWN_SECONDS:
                os.kill(pid, signal.SIGKILL)  # its guard and the kernel take the children with it
            time.sleep(POLL_SECONDS)
        print(f"Down after {time.monotonic() - began:.0f} s. Data stays in {self.home}.")
        return 0

    def status(self) -> int:
        """Exit code 0 only if everything runs."""
        if self.supervisor_pid() is None:
            print("It isn't running.")
            return 3
        state = self.state()
        print(table(state))
        return 0 if all_well(state) else 1

    def scrub(self) -> int:
        """After a purge (docs/runbooks/secret-document.md)."""
        if self.supervisor_pid() is None:
            print("It isn't running.")
            return 3
        platform = Platform(self.home, options=options_from_environment())
        scrub(platform.superuser(), platform.databases)
        print("What was deleted is in no file of PostgreSQL any more.")
        return 0

    def logs(self, names: list[str]) -> int:
        folder = self.home / "logs"
        files = [folder / f"{name}.log" for name in names] or [self.log, *sorted(folder.glob("*.log"))]
        os.execvp("tail", ["tail", "-n", "50", "-F", *map(str, files)])

    def supervise(self) -> int:
        self.home.mkdir(parents=True, exist_ok=True)
        with self._lock_file.open("a") as lock:
            try:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                print("Another supervisor runs here.")
                return 1
            return asyncio.run(_supervise(Platform(self.home, options=options_from_environment(), say=_say_with_time)))

    def supervisor_pid(self) -> int | None:
        """Who holds the lock. Unlike a number in a file it can't be somebody else by now."""
        if not self._lock_file.exists():
            return None
        with self._lock_file.open("a") as lock:
            asked = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, pid = struct.unpack(FLOCK, fcntl.fcntl(lock, fcntl.F_GETLK, asked))
        return None if kind == fcntl.F_UNLCK else pid

    def state(self) -> dict[str, Any]:
        """What the running supervisor wrote last; not what a former one left."""
        with contextlib.suppress(FileNotFoundError):
            state = json.loads((self.home / "state.json").read_text())
            if state["supervisor"] == self.supervisor_pid():
                return state
        return {"phase": "starting", "processes": []}

    def _spawn_supervisor(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "e2e.harness", "--home", str(self.home), "supervise"],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": ".:proto", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _follow(self, supervisor: subprocess.Popen[bytes], offset: int) -> int:
        """Shows what the supervisor says until everything is healthy (0) or it gave up."""
        with self.log.open() as log:
            log.seek(offset)
            while True:
                code, up = supervisor.poll(), self.state()["phase"] == "running"
                print(log.read(), end="", flush=True)
                if up or code is not None:
                    return code or 0
                time.sleep(POLL_SECONDS)


async def _supervise(platform: Platform) -> int:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    starting, stopping = asyncio.create_task(platform.start()), asyncio.create_task(stop.wait())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
    try:
        await starting
    except RuntimeError as error:  # StartFailed, PortBusy or a part that can't be prepared
        platform.say(str(error))
        return 1
    except asyncio.CancelledError:
        return 1
    await stopping
    await platform.stop()
    return 0


def _say_with_time(line: str) -> None:
    print(f"{datetime.now().astimezone():%H:%M:%S} {line}", flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
