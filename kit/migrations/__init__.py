"""Alembic for all services: one environment, a folder of dated versions in each service."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData

ROOT = Path(__file__).resolve().parents[2]


def config(package: str, url: str, metadata: MetaData) -> Config:
    """`package` is the service's folder, e.g. services/directive; `url` connects as its owner."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("version_locations", str(ROOT / package / "migrations"))
    settings.set_main_option("path_separator", "newline")
    settings.set_main_option("file_template", "%%(rev)s")
    settings.attributes["metadata"] = metadata
    settings.attributes["url"] = url
    return settings


def upgrade(package: str, url: str, metadata: MetaData) -> None:
    """Brings the database to the newest version; does nothing when it's there."""
    command.upgrade(config(package, url, metadata), "head")


def check(package: str, url: str, metadata: MetaData) -> None:
    """Raises when the model says something else than the migrations made."""
    command.check(config(package, url, metadata))
