"""Creates what PostgreSQL must hold before anything is migrated: a database and its roles per owner.

Started as `python -m infra.postgres.databases --port N --secrets FOLDER SERVICE...`; a second run changes nothing.
"""

import argparse
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infra.postgres.bootstrap import ROLES, bootstrap


def main() -> None:
    arguments = _arguments()
    password = (arguments.secrets / "postgres" / "password").read_text()
    superuser = make_conninfo(host="127.0.0.1", port=arguments.port, user="postgres", password=password, dbname="postgres")
    create_keycloak(superuser, password=(arguments.secrets / "keycloak" / "database_password").read_text())
    for service in arguments.services:
        create_service(superuser, service=service, secrets=arguments.secrets / service)


def create_service(superuser: str, *, service: str, secrets: Path) -> None:
    passwords = {role: (secrets / f"ykcd_db_{role}_password").read_text() for role in ROLES}
    bootstrap(superuser, service, passwords)


def create_keycloak(superuser: str, *, password: str) -> None:
    """Keycloak migrates its own schema, so it owns its database and gets into no other."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'keycloak'").fetchone()
        verb = sql.SQL("ALTER" if exists else "CREATE")
        connection.execute(sql.SQL("{} ROLE keycloak LOGIN PASSWORD {}").format(verb, sql.Literal(password)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'keycloak'").fetchone():
            connection.execute("CREATE DATABASE keycloak OWNER keycloak")
        for database in ("keycloak", "postgres", "template1"):  # by default everyone may connect to each
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--secrets", type=Path, required=True)
    parser.add_argument("services", nargs="*")
    return parser.parse_args()


if __name__ == "__main__":
    main()
