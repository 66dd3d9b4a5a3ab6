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
from kit import db, telemetry
from kit.app import App, forever

log = structlog.get_logger()
GRACE_SECONDS = 8
SWEEP_SECONDS = 600


class Gateway(App):
    """As a service, with HTTP in gRPC's place and no events."""

    async def _serve(self) -> None:
        settings = self.settings()
        assert isinstance(settings, GatewaySettings)
        telemetry.set_up(self.name, settings)
        api, worker = (db.create_engine(settings, self.name, role) for role in ("api", "worker"))
        web = create_app(settings, api=api, worker=worker)
        server = Server(
            web, settings.http_host, settings.http_port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False, backlog=1024
        )
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        sweeping = asyncio.create_task(forever("sweep", lambda: _sweep(web)))
        serving = asyncio.create_task(server.serve())
        log.info("serving", service=self.name, port=settings.http_port)
        await asyncio.wait([serving, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        await end(web, server, serving)
        sweeping.cancel()
        await api.dispose()
        await worker.dispose()
        telemetry.shut_down()
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
