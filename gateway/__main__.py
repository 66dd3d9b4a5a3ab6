"""python -m gateway [serve|migrate]"""

import asyncio
import signal

import structlog
from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server

from gateway import model
from gateway.app import create_app
from gateway.settings import GatewaySettings
from kit import telemetry
from kit.app import App, stop_all
from kit.events import Relay
from kit.loops import forever

log = structlog.get_logger()
GRACE_SECONDS = 8
SWEEP_SECONDS = 600


class Gateway(App):
    """As a service, with HTTP in gRPC's place, and nobody's events to hear."""

    async def _serve(self) -> None:
        settings = self.settings()
        assert isinstance(settings, GatewaySettings)
        telemetry.set_up(self.name, settings)
        runtime = self.runtime(settings)
        web = create_app(settings, api=runtime.api, worker=runtime.worker, clock=runtime.clock)
        server = Server(
            web, settings.http_host, settings.http_port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False, backlog=1024
        )
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        relay = Relay(runtime.worker, runtime.broker)
        tasks = [asyncio.create_task(forever(*loop)) for loop in (("sweep", lambda: _sweep(web)), ("relay", relay.run))]
        tasks.append(asyncio.create_task(runtime.broker.connect()))
        serving = asyncio.create_task(server.serve())
        log.info("serving", service=self.name, port=settings.http_port)
        await asyncio.wait([serving, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        await end(web, server, serving)
        await stop_all(tasks, runtime)
        log.info("stopped", service=self.name)


async def end(web: FastAPI, server: Server, serving: asyncio.Task) -> None:
    """Live streams first, since they would go on for minutes; then what is under way gets its time."""
    web.state.parts.stopping.set()
    server.stop()
    await asyncio.wait([serving], timeout=GRACE_SECONDS)
    serving.cancel()
    await web.state.parts.services.close()


async def _sweep(web: FastAPI) -> None:
    while True:
        await web.state.parts.sessions.sweep()
        await asyncio.sleep(SWEEP_SECONDS)


app = Gateway("gateway", metadata=model.Base.metadata, settings=GatewaySettings, package="gateway")

if __name__ == "__main__":
    app.main()
