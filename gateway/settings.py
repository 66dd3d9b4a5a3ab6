"""What the gateway needs beside what every process needs."""

from urllib.parse import urlsplit

from pydantic import SecretStr

from kit.config import Settings


class GatewaySettings(Settings):
    """`public_url`: where browsers find us; `oidc_issuer`: where they find Keycloak; `oidc_token_base`: where we do."""

    http_host: str = "127.0.0.1"
    http_port: int = 0
    public_url: str = "http://localhost:8080"
    oidc_client_id: str = "ykcd-web"
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_token_base: str = ""
    session_key: SecretStr = SecretStr("")
    directive_address: str = ""
    assignment_address: str = ""
    deadline_address: str = ""
    notification_address: str = ""
    reporting_address: str = ""

    @property
    def secure(self) -> bool:
        """Browsers reach us over TLS."""
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        """What a browser calls us in its Origin header."""
        return _origin(self.public_url)

    @property
    def issuer_origin(self) -> str:
        """Where signing out leads."""
        return _origin(self.oidc_issuer)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
