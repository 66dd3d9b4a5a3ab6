"""The recipe that each service follows: configure, serve, relay, consume, stop gracefully."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import grpc
import structlog
import typer
from grpc_health.v1 import health_pb2
from sqlalchemy import MetaData, text

from kit import db, migrations, purge, telemetry
from kit.clock import Clock, clock_from
from kit.config import Settings
from kit.events import Broker, Consumer, Handlers, Relay, replay
from kit.identity import TokenVerifier
from kit.loops import forever
from kit.rpc import Servicer, build_server
from kit.runtime import Runtime

log = structlog.get_logger()
GRACE_SECONDS = 8
HEALTH_SECONDS = 2.0


Loop = Callable[[Runtime], Awaitable[None]]


def moment(written: str) -> datetime:
    """ISO 8601 with an offset from UTC; ValueError without."""
    time = datetime.fromisoformat(written)
    if time.tzinfo is None:
        raise ValueError("without an offset from UTC")
    return time


@dataclass
class App:
    """`servicers`: (class, add function, full gRPC name); `loops`: coroutines that run for ever beside the server."""

    name: str
    metadata: MetaData
    servicers: Sequence[tuple[type[Servicer], Callable[[Any, grpc.aio.Server], None], str]] = ()
    handlers: Handlers = field(default_factory=dict)
    loops: Sequence[Loop] = ()
    settings: type[Settings] = Settings
    # Deletes what the service itself holds of what was purged (D14).
    erase: purge.Purge = purge.nothing
    # Further commands beside `serve`, `migrate`, `replay` and `purge`.
    commands: Sequence[Callable[..., Any]] = ()
    # Its folder, where migrations/ lies.
    package: str = ""

    def __post_init__(self) -> None:
        self.package = self.package or f"services/{self.name}"

    def runtime(self, settings: Settings, clock: Clock | None = None) -> Runtime:
        """Pools and the broker's connection; nothing is contacted yet."""
        return Runtime(
            name=self.name,
            settings=settings,
            api=db.create_engine(settings, self.name, "api"),
            worker=db.create_engine(settings, self.name, "worker"),
            broker=Broker(self.name, settings.nats_url, settings.nats_password, settings.nats_replicas),
            tokens=TokenVerifier(settings.oidc_issuer, settings.oidc_jwks_url, settings.oidc_audience),
            clock=clock or clock_from(settings.clock_file),
        )

    def server(self, runtime: Runtime, address: str) -> tuple[grpc.aio.Server, Any, int]:
        """The gRPC server with this service's servicers."""
        return build_server([(cls(runtime), add, name) for cls, add, name in self.servicers], address)

    def hearing(self, runtime: Runtime) -> Handlers:
        """All that it hears."""
        return purge.hearing(self.handlers, self.erase, runtime)

    def background(self, runtime: Runtime) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """Everything that runs beside the server, by name."""
        consumer = Consumer(self.name, runtime.worker, runtime.broker, self.hearing(runtime), runtime.clock)
        tasks: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("relay", Relay(runtime.worker, runtime.broker).run),
            ("consume", consumer.run),
        ]
        tasks += [(loop.__name__, lambda run=loop: run(runtime)) for loop in self.loops]
        return tasks

    def main(self) -> None:
        """python -m services.<name> [serve|migrate|replay|purge|…]"""
        self.cli()()

    def cli(self) -> typer.Typer:
        """Every command; without one it serves."""
        cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=f"The {self.name} service.")

        @cli.callback(invoke_without_command=True)
        def default(context: typer.Context) -> None:
            if context.invoked_subcommand is None:
                self.serve()

        cli.command()(self.serve)
        cli.command()(self.migrate)
        cli.command()(self.replay)
        if not self.metadata.info.get("bare"):
            cli.command("purge")(self.purge_again)
        for command in self.commands:
            cli.command()(command)
        return cli

    def migrate(self) -> None:
        """Bring the database to this code's version."""
        settings = self.settings()
        migrations.upgrade(self.package, settings.database_url(self.name, "owner"), self.metadata)

    def replay(
        self,
        aggregate: Annotated[UUID | None, typer.Option()] = None,
        since: Annotated[datetime | None, typer.Option(parser=moment, metavar="TIME")] = None,
    ) -> None:
        """Publish events again: one aggregate's, or all since a time such as 2026-11-24T08:00+07:00. Who has applied them does nothing."""
        if aggregate is None and since is None:
            raise typer.BadParameter("name --aggregate, --since or both")
        typer.echo(f"{asyncio.run(self._replay(aggregate, since))} events")

    async def _replay(self, aggregate_id: UUID | None, since: datetime | None) -> int:
        async with db.command(self.settings(), self.name) as session:
            return await replay(session, aggregate_id=aggregate_id, since=since)

    def purge_again(self, folder: Annotated[str, typer.Option("--list", help="The list's folder: a path or a URL.")] = "") -> None:
        """After a restore: purge whatever the purge list names. A service does so by itself before it opens, too (D14)."""
        typer.echo(f"{asyncio.run(self._purge_again(folder))} purges")

    async def _purge_again(self, folder: str) -> int:
        settings = self.settings()
        runtime = self.runtime(settings)
        try:
            return await self._apply_purge_list(runtime, folder or settings.purge_list_url)
        finally:
            await runtime.worker.dispose()

    async def _apply_purge_list(self, runtime: Runtime, url: str) -> int:
        if not url:
            return 0
        async with runtime.unattended() as session:
            return await purge.apply_list(session, url, self.erase, runtime)

    async def _until_purged(self, runtime: Runtime, stop: asyncio.Event) -> None:
        """Nobody is let in before (D14). The database or the list may be away for a while."""
        while not stop.is_set():
            try:
                count = await self._apply_purge_list(runtime, runtime.settings.purge_list_url)
            except Exception as error:  # whatever it was, nobody is let in
                log.warning("purge_list_awaited", why=type(error).__name__)
                await asyncio.sleep(HEALTH_SECONDS)
                continue
            if count:
                log.warning("purge_list_applied", purges=count)
            return

    def serve(self) -> None:
        """Run until SIGTERM."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        settings = self.settings()
        telemetry.set_up(self.name, settings)
        runtime = self.runtime(settings)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await self._until_purged(runtime, stop)
        server, status, port = self.server(runtime, f"{settings.grpc_host}:{settings.grpc_port}")
        await status.set("live", health_pb2.HealthCheckResponse.SERVING)
        await server.start()
        log.info("serving", service=self.name, port=port)
        tasks = [asyncio.create_task(forever(name, run)) for name, run in self.background(runtime)]
        tasks += [asyncio.create_task(runtime.broker.connect()), asyncio.create_task(_watch_health(runtime, status))]
        await stop.wait()
        await status.enter_graceful_shutdown()
        await server.stop(GRACE_SECONDS)
        await stop_all(tasks, runtime)
        log.info("stopped", service=self.name)


async def stop_all(tasks: list[asyncio.Task], runtime: Runtime) -> None:
    """Ends the loops between two steps, then gives everything back."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await runtime.broker.close()
    await runtime.api.dispose()
    await runtime.worker.dispose()
    telemetry.shut_down()


async def _watch_health(runtime: Runtime, status: Any) -> None:
    """Ready ("") while the database answers; writes don't wait for the broker, so readiness doesn't either."""
    while True:
        try:
            async with runtime.api.connect() as connection:
                await connection.execute(text("SELECT 1"))
            state = health_pb2.HealthCheckResponse.SERVING
        except Exception as error:  # any failure means: not ready
            log.warning("not_ready", why=type(error).__name__)
            state = health_pb2.HealthCheckResponse.NOT_SERVING
        await status.set("", state)
        await asyncio.sleep(HEALTH_SECONDS)
