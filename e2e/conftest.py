"""One whole platform for the tests that need one: real parts, its own folder, ports and secrets, so that it runs beside `make up`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from e2e.harness.layout import Options, unused_ports
from e2e.harness.platform import Platform
from e2e.spans import Spans, collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs them all: they share one platform."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("platform"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def spans() -> AsyncIterator[tuple[Spans, str]]:
    async with collected() as found:
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(tmp_path_factory, spans) -> AsyncIterator[Platform]:
    home: Path = tmp_path_factory.mktemp("platform")
    # PostgreSQL's own account must be able to reach its folder.
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)
    async with Platform(home, ports=unused_ports(), options=Options(otlp_endpoint=spans[1])) as running:
        yield running
