"""Makes a service's database and its three login roles, as superuser. Safe to run again: it also sets the passwords anew."""

import psycopg
from psycopg import sql

ROLES = ("owner", "api", "worker")


def bootstrap(superuser_dsn: str, service: str, passwords: dict[str, str]) -> None:
    """`passwords` by role: owner (migrations), api (requests, under row-level security), worker (relay, consumers, schedulers)."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        for role in ROLES:
            _ensure_role(connection, f"{service}_{role}", passwords[role])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [service]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(service), sql.Identifier(f"{service}_owner")))
        # Nobody but its own three roles can even connect.
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(service)))
        names = sql.SQL(", ").join(sql.Identifier(f"{service}_{role}") for role in ROLES)
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(service), names))


def _ensure_role(connection: psycopg.Connection, name: str, password: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = "ALTER" if exists else "CREATE"
    statement = sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(name), sql.Literal(password)))
