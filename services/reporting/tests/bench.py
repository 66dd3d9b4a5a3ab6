"""make bench-reporting: how long the counts of all units take over N assignments, alone and four at once; one JSON line."""

import asyncio
import os
import time
from statistics import median

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kit import db
from kit.clock import system_clock
from kit.testing.bench import database, report
from services.reporting import service
from services.reporting.__main__ import app

UNITS, REPEATS, AT_ONCE = 150, 20, 4
# Two years of documents with thirty assignments each, in every state, one in five without a deadline.
FILL = text("""
    INSERT INTO assignment (id, version, unit_id, role, state, execution, due_date, effective_due_date, completed_on, delegates,
           update_time, directive_version, directive_id, task_id, directive_code, directive_abstract, directive_issue_date, document_type,
           content, has_deadline, must_report, search_text)
    SELECT gen_random_uuid(), 1, (SELECT id FROM unit WHERE version = n % :units + 1), 1 + n % 2, 1 + n % 6, 1 + n % 3, due, due,
           CASE WHEN n % 3 = 2 THEN coalesce(due, current_date) - 3 + n % 7 END, '{}', now(), 1, md5((n / 30)::text)::uuid,
           md5((n / 6)::text)::uuid, (n / 30) || '/UBND-TH', repeat('V/v rà soát ', 10), current_date - n % 730, 1,
           repeat('Rà soát quỹ đất công. ', 20), due IS NOT NULL, false, repeat(' ra soat quy dat cong', 20)
      FROM generate_series(1, :assignments) n, LATERAL (SELECT CASE WHEN n % 5 > 0 THEN current_date - 700 + n % 760 END AS due) d
""")
FILL_UNITS = text("""
    INSERT INTO unit (id, version, name, sort_key, search_text)
    SELECT gen_random_uuid(), n, 'Đơn vị ' || n, 'don vi ' || n, ' don vi ' || n FROM generate_series(1, :units) n
""")


async def fill(engine: AsyncEngine, assignments: int) -> None:
    """Straight into the projection."""
    async with db.transaction(engine) as session:
        await session.execute(FILL_UNITS, {"units": UNITS})
        await session.execute(FILL, {"assignments": assignments, "units": UNITS})
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE assignment"))


async def summary(engine: AsyncEngine) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    async with db.transaction(engine) as session:
        units, _province = await service.counts(session, now=system_clock(), issue_from=None, issue_to=None)
    assert len(units) == UNITS
    return (time.perf_counter() - begun) * 1000


async def main(assignments: int) -> None:
    """Fills, then counts."""
    async with database(app) as engine:
        await fill(engine, assignments)
        await summary(engine)
        alone = [await summary(engine) for _ in range(REPEATS)]
        together = [ms for _ in range(REPEATS) for ms in await asyncio.gather(*(summary(engine) for _ in range(AT_ONCE)))]
    report(
        assignments=assignments,
        alone_median_ms=round(median(alone)),
        alone_max_ms=round(max(alone)),
        four_at_once_median_ms=round(median(together)),
        four_at_once_max_ms=round(max(together)),
    )


if __name__ == "__main__":
    asyncio.run(main(int(os.environ.get("N", "50000"))))
