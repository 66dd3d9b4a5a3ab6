"""Secrets of one installation: generated at its first start, a file each, readable by nobody else."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

DATABASE = ("ykcd_db_owner_password", "ykcd_db_api_password", "ykcd_db_worker_password")
OF_SERVICE = (*DATABASE, "ykcd_nats_password")
OF_GATEWAY = (*OF_SERVICE, "ykcd_oidc_client_secret", "ykcd_session_key")
OF_OTHERS = {
    "postgres": ("password",),
    "keycloak": ("database_password", "admin_password"),
    "provisioner": ("client_secret",),
    "people": ("password",),  # one for all seed accounts of this installation
}


def ensure(folder: Path, *, services: Sequence[str], units: Sequence[str]) -> None:
    """Generates what is missing and leaves what is there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for owner, names in _all(services, units).items():
        (folder / owner).mkdir(exist_ok=True, mode=0o700)
        for name in names:
            file = folder / owner / name
            if not file.exists():
                fresh = file.with_suffix(".new")  # a kill half-way leaves no empty secret
                fresh.touch(mode=0o600)
                fresh.write_text(secrets.token_urlsafe(32))
                fresh.rename(file)


def _all(services: Sequence[str], units: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {
        **dict.fromkeys(services, OF_SERVICE),
        "gateway": OF_GATEWAY,
        **OF_OTHERS,
        "units": tuple(units),
    }
