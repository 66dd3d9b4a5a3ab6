"""Alembic for all services: one environment, a folder of dated versions here for the tables of kit.tables, and one in each service.

Each service's first version follows the kit's. What the kit adds later is a branch of its own, so that no service need name it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

ROOT = Path(__file__).resolve().parents[2]


def config(package: str, url: str, metadata: MetaData) -> Config:
    """`package` is the service's folder, e.g. services/directive; `url` connects as its owner."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    own = [own_versions(package)]
    # The gateway handles no events and keeps no copies.
    versions = own if metadata.info.get("bare") else [Path(__file__).parent / "versions", *own]
    settings.set_main_option("version_locations", "\n".join(map(str, versions)))
    settings.set_main_option("path_separator", "newline")
    settings.set_main_option("file_template", "%%(rev)s")
    settings.attributes["metadata"] = metadata
    settings.attributes["url"] = url
    return settings


def own_versions(package: str) -> Path:
    """Where the service's own migrations lie."""
    return ROOT / package / "migrations"


def own_head(package: str, settings: Config) -> str:
    """What the service's next migration follows: its newest, or for its first the kit's."""
    heads = [script for script in ScriptDirectory.from_config(settings).get_revisions("heads") if script]
    own = [script for script in heads if Path(script.path).parent == own_versions(package)]
    return (own or heads)[0].revision


def upgrade(package: str, url: str, metadata: MetaData) -> None:
    """Brings the database to the newest version; does nothing when it's there."""
    command.upgrade(config(package, url, metadata), "heads")


def check(package: str, url: str, metadata: MetaData) -> None:
    """Raises when the model says something else than the migrations made."""
    command.check(config(package, url, metadata))
