"""python -m kit.migrations SERVICE "what changes": drafts a migration from the difference between the model and the newest version."""

import importlib
import sys

from alembic import command

from kit import migrations
from kit.clock import local_date, system_clock
from kit.testing.postgres import PostgresServer


def main(service: str, message: str) -> None:
    """Against a database of its own; a person then reads the draft, and adds the policies of new tables."""
    app = (
        importlib.import_module(f"services.{service}.__main__").app
        if service != "gateway"
        else importlib.import_module("gateway.__main__").app
    )
    server = PostgresServer()
    server.start()
    try:
        url = server.settings(app.settings).database_url(app.name, "owner")
        server.bootstrap(app.name)
        migrations.upgrade(app.package, url, app.metadata)
        name = f"{local_date(system_clock()):%Y_%m_%d}_{message.replace(' ', '_')}"
        settings = migrations.config(app.package, url, app.metadata)
        head, folder = migrations.own_head(app.package, settings), str(migrations.own_versions(app.package))
        command.revision(settings, message=message, autogenerate=True, rev_id=name, head=head, version_path=folder)
    finally:
        server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
