"""Ten years of assignments straight into the projections, and the same once more in a plain table without row-level security."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import product

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import system_clock
from kit.text import collation_key
from services.reporting import handlers
from services.reporting.model import searchable

UNITS, FIELDS, SPECIALISTS, DAYS = 200, 20, 40, 3652
PLACES = ("Thủy Xuân", "Vỹ Dạ", "Phú Lộc", "A Lưới", "Hương Trà", "Quảng Điền", "Phong Điền", "Thuận An", "Kim Long", "Lăng Cô", "Nam Đông")
MATTERS = (
    *("rà soát quỹ đất công", "phòng chống thiên tai", "giải ngân vốn đầu tư công", "cải cách thủ tục hành chính", "trùng tu di tích"),
    *("thu gom rác thải sinh hoạt", "xây dựng nông thôn mới", "chuyển đổi số", "tiêm chủng mở rộng", "an toàn hồ đập", "dạy nghề lao động"),
    *("quản lý khoáng sản", "phát triển du lịch biển"),
)
ENDLESS = "'9999-12-30 00:00+00'::timestamptz"
# One task is for two units, or for one in two phases; a tenth has no deadline. Nearly all of what is old is verified, most of it on time.
# Each part was sent, begun, reported and verified, or cancelled, as soon as its day had come; a twentieth was urged.
SEED = f"""
    CREATE UNLOGGED TABLE seed AS
    SELECT id, task_id, unit_id, role, phase, issued, due, r, done AS completed_on, n, CASE WHEN cancelled THEN 20 END AS cancelled_after
      FROM (SELECT *, CASE WHEN r % 50 = 7 OR cancelled THEN NULL WHEN due IS NULL THEN issued + 30 + r % 200
                           WHEN r % 100 < 85 THEN greatest(due - r % 8, issued) ELSE due + 1 + r % 25 END AS done
              FROM (SELECT n, md5('a' || n || '.' || k)::uuid AS id, md5('t' || n)::uuid AS task_id, issued, r, r % 100 = 3 AS cancelled,
                           md5('u' || CASE WHEN k = 0 OR phased THEN n % {UNITS} ELSE (n * 7 + 13) % {UNITS} END)::uuid AS unit_id,
                           CASE WHEN k = 0 OR phased THEN 1 ELSE 2 END AS role, CASE WHEN phased THEN k + 1 ELSE 0 END AS phase,
                           CASE WHEN n % 10 > 0 OR phased THEN issued + 10 + n % 60 + CASE WHEN phased THEN 60 * k ELSE 0 END END AS due
                      FROM (SELECT n, k, :first::date + (n::bigint * {DAYS} / :tasks)::int AS issued, n % 50 = 0 AS phased,
                                   ((n::bigint * 7919 + k * 104729) % 1000)::int AS r
                              FROM generate_series(1, :tasks) n, generate_series(0, 1) k) x) y) z;

    INSERT INTO unit_told SELECT md5('u' || n)::uuid, 1, :first::date - 1, {ENDLESS}, name, key, search
      FROM unnest(:names::text[], :keys::text[], :searches::text[]) WITH ORDINALITY u (name, key, search, place),
           LATERAL (SELECT place - 1 AS n) p;
    INSERT INTO unit SELECT id, version, name, sort_key, search_text FROM unit_told;
    INSERT INTO task_told SELECT md5('t' || n)::uuid, 2, issued + time '08:00', {ENDLESS}, md5('d' || n / 3)::uuid, code, 'V/v ' || content,
           issued, 2, 3, 1, 1 + n % 3, 'Về việc ' || content, md5('f' || (n % {UNITS} + n % 4) % {FIELDS})::uuid, n % 10 > 0, n % 3 = 0,
           ' ' || lower(code) || searches
      FROM (SELECT n, n / 3 % 9000 || '/UBND' AS code, issued FROM seed WHERE role = 1 AND phase < 2) t,
           LATERAL (SELECT (:contents::text[])[1 + n % :texts] AS content, (:words::text[])[1 + n % :texts] AS searches) c;
    INSERT INTO assignment_told
    SELECT id, version, told, coalesce(CASE WHEN next <= now() THEN next END, {ENDLESS}), task_id, unit_id, role, state, execution,
           md5('s' || n % {SPECIALISTS})::uuid, due, due, CASE WHEN version > 2 AND state <> 8 THEN completed_on END,
           CASE WHEN version > 2 THEN completed_on END, CASE WHEN version > 2 AND state <> 8 THEN r % 20 = 0 END, '{{}}', phase, '', due,
           1, false, false, NULL, told, true
      FROM seed, LATERAL (SELECT issued + 1 + time '02:00' AS sent, issued + 3 + time '03:00' AS begun,
                                 coalesce(completed_on + 1, issued + cancelled_after) + time '04:00' AS ended,
                                 completed_on + 3 + time '05:00' AS judged, cancelled_after IS NULL AS reported) d,
           LATERAL (VALUES (1, sent, begun, 1, 1), (2, begun, ended, 3, 2),
                           (3, ended, judged, CASE WHEN reported THEN 4 ELSE 8 END, CASE WHEN reported THEN 3 ELSE 0 END),
                           (4, judged, NULL, 5, 3)) v (version, told, next, state, execution)
     WHERE told <= now();
    INSERT INTO deadline_told SELECT id, 1, issued + 1 + time '02:01', {ENDLESS}, due, due
      FROM seed WHERE due IS NOT NULL AND issued < current_date;
    INSERT INTO urging_notice_told SELECT md5('n' || id)::uuid, 1, due + 2 + time '02:00', {ENDLESS}, id, 1, due + 2, true
      FROM seed WHERE r % 20 = 7 AND due < current_date - 2 AND coalesce(completed_on > due, true) AND cancelled_after IS NULL;
    INSERT INTO obligation_told SELECT md5('o' || id)::uuid, 1, current_date - 20, {ENDLESS}, id, current_date - 30, 2 + n % 2
      FROM seed WHERE due IS NULL AND completed_on IS NULL AND cancelled_after IS NULL AND issued < current_date - 120;
    INSERT INTO participation SELECT DISTINCT unit_id, task_id FROM seed;
"""
PLAIN = """
    CREATE UNLOGGED TABLE plain AS SELECT * FROM assignment;
    ALTER TABLE plain ADD PRIMARY KEY (id);
    CREATE INDEX ON plain (due_order, id); CREATE INDEX ON plain (directive_issue_date, id); CREATE INDEX ON plain (update_time, id);
    CREATE INDEX ON plain (unit_id, state, effective_due_date); CREATE INDEX ON plain (specialist_id, state);
    CREATE INDEX ON plain (task_id); CREATE INDEX ON plain (field_id, due_order, id);
    CREATE UNLOGGED TABLE plain_unit AS SELECT * FROM unit;
"""


def _bound(statement: str, names: Iterable[str]) -> str:
    """As psycopg wants it."""
    statement = statement.replace("%", "%%")
    for name in names:
        statement = statement.replace(f":{name}", f"%({name})s")
    return statement


def seed(dsn: str, assignments: int) -> None:
    """What was told; `assignment` itself isn't made of it yet. `dsn`: a superuser's, whom row-level security doesn't hold up."""
    names = [f"Đơn vị số {number}" for number in range(UNITS)]
    contents = [f"{matter} tại {place}, đợt {round_}" for matter, place, round_ in product(MATTERS, PLACES, range(1, 8))]
    values: dict[str, object] = {
        "first": system_clock().date() - timedelta(days=DAYS),
        "tasks": assignments // 2,
        "texts": len(contents),
        "contents": contents,
        "words": [searchable(content) for content in contents],
        "names": names,
        "keys": [collation_key(name) for name in names],
        "searches": [searchable(name) for name in names],
    }
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in SEED.split(";\n"):
            if statement.strip():
                asked = {name: value for name, value in values.items() if f":{name}" in statement}
                connection.execute(_bound(statement, asked), asked)  # type: ignore[arg-type]


async def project(session: AsyncSession) -> None:
    """From what was told to the present."""
    await handlers.refresh(session, None)


def settle(dsn: str, tables: Sequence[str]) -> None:
    """As autovacuum leaves tables that have stood for a while; and the plain ones."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"VACUUM ANALYZE {table}")  # type: ignore[arg-type]
        for statement in PLAIN.split(";\n"):
            connection.execute(statement)  # type: ignore[arg-type]
        connection.execute("VACUUM ANALYZE plain")
        connection.execute("VACUUM ANALYZE plain_unit")
