"""What a process is, and how one is spawned and ended so that nothing of it stays behind."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Probe = Callable[[], Awaitable[bool]]

ROOT = Path(__file__).resolve().parents[2]
# Everything runs on loopback; a proxy of the surroundings would be asked for it.
NOT_INHERITED = ("YKCD_", "PYTHON", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True)
class Process:
    """One entry of the list. With `ready` it runs on and is kept running; without, it is a step that must end well."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[str] = ()
    ready: Probe | None = None
    port: int | None = None
    prefix: Sequence[str] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15
    start_seconds: float = 120


def inherited_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.upper().startswith(NOT_INHERITED)}


async def spawn(process: Process, log: Path) -> asyncio.subprocess.Process:
    """In a session of its own, killed by the kernel when its parent dies.

    setpriv sets that on itself and then becomes the process (unlike Popen's preexec_fn it runs no Python after fork).
    """
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig=KILL", *process.prefix, "--", *process.command),
            cwd=ROOT,
            env={**inherited_environment(), **process.env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


async def end(process: Process, running: asyncio.subprocess.Process) -> None:
    """Asks, waits, then kills."""
    with contextlib.suppress(ProcessLookupError):
        running.send_signal(process.stop_signal)
        try:
            await asyncio.wait_for(running.wait(), process.stop_seconds)
        except TimeoutError:
            running.kill()
            await running.wait()
    kill_group(running.pid)


def kill_group(pid: int) -> None:
    """What a process started and left behind: its workers share its process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
