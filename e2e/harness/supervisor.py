"""Runs a list of processes: each as soon as what it comes after is ready, ended in the reverse order."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from e2e.harness.child import Child
from e2e.harness.guard import Guard
from e2e.harness.process import Process


class Supervisor:
    """`state_file` always says what runs, for `status` and for whoever wants to kill a process."""

    def __init__(self, processes: Sequence[Process], *, logs: Path, state_file: Path, say: Callable[[str], None] = print) -> None:
        self._guard, self._state_file = Guard(), state_file
        self.phase = "starting"
        self.children = {
            process.name: Child(process, logs=logs, guard=self._guard, say=say, changed=self.write_state) for process in processes
        }

    async def start(self) -> None:
        """Raises StartFailed with the first failure; what already runs is then the caller's to stop."""
        await self._guard.start()
        starts = {name: asyncio.create_task(self._start(child)) for name, child in self.children.items()}
        try:
            await asyncio.gather(*starts.values())
        finally:
            for task in starts.values():
                task.cancel()
        self.phase = "running"
        self.write_state()

    async def stop(self) -> None:
        self.phase = "stopping"
        stopped = {name: asyncio.Event() for name in self.children}
        await asyncio.gather(*(self._stop(name, stopped) for name in self.children))
        await self._guard.stop()
        self.phase = "stopped"
        self.write_state()

    def write_state(self) -> None:
        rows = [
            {
                "name": name,
                "pid": child.pid,
                "state": child.state,
                "restarts": child.restarts,
                "port": child.process.port,
            }
            for name, child in self.children.items()
        ]
        fresh = self._state_file.with_suffix(".new")
        fresh.write_text(json.dumps({"supervisor": os.getpid(), "phase": self.phase, "processes": rows}, indent=1))
        fresh.replace(self._state_file)

    async def _start(self, child: Child) -> None:
        for name in child.process.after:
            await self.children[name].ready.wait()
        await child.start()

    async def _stop(self, name: str, stopped: dict[str, asyncio.Event]) -> None:
        for other, child in self.children.items():
            if name in child.process.after:
                await stopped[other].wait()
        await self.children[name].stop()
        stopped[name].set()
