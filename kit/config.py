"""Settings come from the environment (YKCD_…) and, for secrets, from one file each in YKCD_SECRETS_DIR."""

import hmac
import os
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What every process needs; a service with more needs subclasses it."""

    model_config = SettingsConfigDict(env_prefix="YKCD_", secrets_dir=os.environ.get("YKCD_SECRETS_DIR"), extra="ignore")

    grpc_host: str = "127.0.0.1"
    grpc_port: int = 0
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    db_host: str = "127.0.0.1"
    db_port: int = 5432
    db_owner_password: SecretStr = SecretStr("")
    db_api_password: SecretStr = SecretStr("")
    db_worker_password: SecretStr = SecretStr("")
    db_pool_size: int = 8
    nats_url: str = "nats://127.0.0.1:4222"
    nats_password: SecretStr = SecretStr("")
    # 3 on a cluster of three; more than the cluster has would brick a single server at its next boot.
    nats_replicas: int = 1
    oidc_issuer: str = ""
    oidc_jwks_url: str = ""
    oidc_audience: str = "ykcd"
    otlp_endpoint: str = ""
    # Where the ids of all that was ever purged are kept, apart from databases and backups (D14): file:///folder or s3://bucket/folder.
    purge_list_url: str = ""
    log_level: str = "INFO"
    # For simulations: the platform's time stands in this file (kit.clock). Tokens are still verified by the real one.
    clock_file: Path | None = None

    def derived_key(self, purpose: str) -> bytes:
        """32 bytes for this one purpose, the same in each replica of the service and known to nobody else."""
        return hmac.digest(self.db_api_password.get_secret_value().encode(), purpose.encode(), "sha256")

    def database_url(self, service: str, role: str) -> str:
        """SQLAlchemy URL for one of the roles `owner`, `api`, `worker` of a service's database."""
        password = getattr(self, f"db_{role}_password").get_secret_value()
        return f"postgresql+psycopg://{service}_{role}:{password}@{self.db_host}:{self.db_port}/{service}"
