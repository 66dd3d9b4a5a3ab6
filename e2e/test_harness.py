"""The supervisor with tiny processes: what it promises holds before the platform's own processes depend on it."""

import asyncio
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.harness import probes, secretfiles
from e2e.harness.child import StartFailed
from e2e.harness.layout import PortBusy, refuse_busy
from e2e.harness.process import ROOT, Process
from e2e.harness.supervisor import Supervisor

SECONDS = 20
SERVER = "import http.server as s; s.HTTPServer(('127.0.0.1', {port}), s.SimpleHTTPRequestHandler).serve_forever()"


def step(name: str, code: str, after: Sequence[str] = ()) -> Process:
    return Process(name, (sys.executable, "-c", code), after=after)


def server(name: str, before: str = "", after: Sequence[str] = (), stop_seconds: float = 15) -> Process:
    """Runs `before` and then serves on a free port."""
    port = probes.free_ports(1)[0]
    command = (sys.executable, "-c", f"{before}\n{SERVER.format(port=port)}")
    return Process(name, command, after=after, ready=probes.tcp(port), port=port, stop_seconds=stop_seconds)


def supervisor(folder: Path, *processes: Process, said: list[str] | None = None) -> Supervisor:
    lines = [] if said is None else said
    return Supervisor(processes, logs=folder, state_file=folder / "state.json", say=lines.append)


@contextmanager
def supervised_from_outside(folder: Path, code: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A supervisor in a process of its own, which prints the pids that must go with it."""
    command = [sys.executable, "-c", code, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as outside:
        assert outside.stdout
        yield outside, json.loads(outside.stdout.readline())


@pytest.mark.asyncio
async def test_a_child_that_dies_is_named_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    running = supervisor(tmp_path, server("door"), said=said)
    await running.start()
    door = running.children["door"]
    first = door.pid
    door.signal(signal.SIGKILL)
    await asyncio.wait_for(door.ready.wait(), SECONDS)
    written = json.loads((tmp_path / "state.json").read_text())["processes"][0]
    await running.stop()
    assert door.restarts == 1
    assert written == {
        "name": "door",
        "pid": written["pid"],
        "state": "running",
        "restarts": 1,
        "port": written["port"],
    }
    assert written["pid"] != first
    assert any("door died (killed by SIGKILL)" in line for line in said)


@pytest.mark.asyncio
async def test_a_start_that_fails_says_why_with_the_end_of_the_log(tmp_path: Path) -> None:
    running = supervisor(tmp_path, server("door"), step("migrate", "raise SystemExit('no such table')"))
    with pytest.raises(StartFailed, match=r"(?s)migrate: failed \(exit code 1\).*no such table"):
        await running.start()
    await running.stop()
    assert running.children["door"].pid is None


@pytest.mark.asyncio
async def test_a_server_that_never_gets_ready_is_given_up_after_three_deaths(tmp_path: Path) -> None:
    running = supervisor(tmp_path, server("broken", "raise SystemExit('bad setting')"))
    with pytest.raises(StartFailed, match="bad setting"):
        await running.start()
    await running.stop()
    assert running.children["broken"].restarts == 2


@pytest.mark.asyncio
async def test_what_depends_starts_later_and_stops_earlier(tmp_path: Path) -> None:
    story = tmp_path / "story"
    tell = "open({file!r}, 'a').write({word!r} + ' ')"
    code = "import signal, sys\nsignal.signal(15, lambda *_: ({down}, sys.exit()))\n{up}"

    def telling(name: str, *after: str) -> Process:
        up, down = (tell.format(file=str(story), word=f"{sign}{name}") for sign in "+-")
        return server(name, code.format(up=up, down=down), after)

    middle = step("middle", tell.format(file=str(story), word="middle"), after=("base",))
    running = supervisor(tmp_path, telling("top", "middle"), middle, telling("base"))
    await running.start()
    await running.stop()
    assert story.read_text().split() == ["+base", "middle", "+top", "-top", "-base"]


@pytest.mark.asyncio
async def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    deaf = server("deaf", "import signal; signal.signal(15, signal.SIG_IGN)", stop_seconds=0.3)
    running = supervisor(tmp_path, deaf)
    await running.start()
    await asyncio.wait_for(running.stop(), SECONDS)
    assert deaf.port
    assert not probes.busy(deaf.port)


@pytest.mark.asyncio
async def test_an_outage_lasts_until_it_is_ended(tmp_path: Path) -> None:
    running = supervisor(tmp_path, server("door"))
    await running.start()
    door = running.children["door"]
    await door.stop()
    assert (door.state, door.pid, door.ready.is_set()) == ("stopped", None, False)
    await door.start()
    assert door.ready.is_set()
    await running.stop()


def test_nothing_outlives_a_killed_supervisor_not_even_grandchildren(tmp_path: Path) -> None:
    code = """
import asyncio, json, sys
from pathlib import Path
from e2e.test_harness import server, supervisor

async def main(folder):
    grandchild = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
    running = supervisor(folder, server("parent", grandchild), server("other"))
    await running.start()
    pids = [child.pid for child in running.children.values()]
    print(json.dumps([*pids, int((folder / "parent.log").read_text())]), flush=True)
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1])))
"""
    with supervised_from_outside(tmp_path, code) as (outside, pids):
        descriptors = [os.pidfd_open(pid) for pid in pids]
        assert len(descriptors) == 3
        outside.kill()
        for descriptor in descriptors:  # readable when its process has ended
            assert select.select([descriptor], [], [], SECONDS)[0], "a process outlived its supervisor"
            os.close(descriptor)


def test_secrets_are_readable_by_their_owner_alone_and_stay_what_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    secretfiles.ensure(folder, services=["directive"], units=["syt"])
    before = {file: file.read_text() for file in folder.rglob("*") if file.is_file()}
    secretfiles.ensure(folder, services=["directive"], units=["syt", "stc"])
    modes = {stat.S_IMODE(path.stat().st_mode) for path in before}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())} == {0o700}
    assert len(set(before.values())) == len(before) > 10
    assert all(file.read_text() == value and len(value) >= 32 for file, value in before.items())
    assert (folder / "units" / "stc").exists()


def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortBusy, match=rf"port {port} \(web\) is in use.*YKCD_WEB_PORT"):
            refuse_busy({"web": port, "grpc": probes.free_ports(1)[0]})
