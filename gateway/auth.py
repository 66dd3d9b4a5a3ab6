"""Sign-in with Keycloak: authorization code with PKCE. Tokens stay on this side; the browser holds cookies that mean nothing elsewhere."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from gateway.sessions import Tokens
from gateway.settings import GatewaySettings
from kit.clock import Clock
from kit.errors import Unauthenticated, unavailable
from kit.identity import TokenVerifier

log = structlog.get_logger()
TIMEOUT = 5
# Below /login, since the edge gives /auth to Keycloak.
CALLBACK = "/login/callback"


@dataclass(frozen=True)
class Attempt:
    """A sign-in under way; it waits, sealed, in a cookie of the browser that began it."""

    state: str
    nonce: str
    verifier: str
    return_to: str

    @classmethod
    def begin(cls, return_to: str) -> "Attempt":
        """Fresh secrets, every time."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), return_to)


class SignIn:
    """`transport` lets tests play a provider that misbehaves."""

    def __init__(
        self, settings: GatewaySettings, id_tokens: TokenVerifier, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._settings, self._id_tokens, self._clock, self._transport = settings, id_tokens, clock, transport

    def address(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in."""
        url = f"{self._settings.oidc_issuer}/protocol/openid-connect/auth"
        return self._client().create_authorization_url(
            url, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier, ui_locales="vi"
        )[0]

    async def finish(self, attempt: Attempt, code: str) -> tuple[str, Tokens]:
        """The subject and the tokens, for a code that this very attempt brought."""
        given = await self._ask("fetch_token", code=code, code_verifier=attempt.verifier)
        claims = await self._id_tokens.claims(given.get("id_token", ""))
        if not secrets.compare_digest(str(claims.get("nonce", "")), attempt.nonce):
            raise refused("NONCE_MISMATCH")
        return claims["sub"], self._tokens(given)

    async def renew(self, tokens: Tokens) -> Tokens:
        """Unauthenticated where Keycloak knows the session no more; Unavailable where it doesn't answer."""
        return self._tokens(await self._ask("refresh_token", refresh_token=tokens.refresh), tokens)

    def sign_out_address(self, tokens: Tokens) -> str:
        """Ends Keycloak's session too, and comes back to the first page."""
        query = {
            "id_token_hint": tokens.id,
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": f"{self._settings.public_url}/",
        }
        return f"{self._settings.oidc_issuer}/protocol/openid-connect/logout?{urlencode(query)}"

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret.get_secret_value(),
            scope="openid",
            redirect_uri=f"{self._settings.public_url}{CALLBACK}",
            code_challenge_method="S256",
            timeout=TIMEOUT,
            transport=self._transport,
        )

    async def _ask(self, verb: str, **arguments: str) -> dict[str, Any]:
        url = f"{self._settings.oidc_token_base}/protocol/openid-connect/token"
        try:
            async with self._client() as client:  # pyright: ignore[reportGeneralTypeIssues] - httpx's, which authlib hides
                return await getattr(client, verb)(url, **arguments)
        except OAuthError as error:
            log.info("sign_in_refused", step=verb, why=error.error)
            raise refused("SIGN_IN_REFUSED") from None
        except (httpx.HTTPError, ValueError) as error:
            log.warning("keycloak_unavailable", step=verb, why=type(error).__name__)
            raise unavailable("keycloak") from None

    def _tokens(self, given: dict[str, Any], old: Tokens | None = None) -> Tokens:
        return Tokens(
            access=given["access_token"],
            refresh=given.get("refresh_token") or (old.refresh if old else ""),
            id=given.get("id_token") or (old.id if old else ""),
            expire_time=self._clock() + timedelta(seconds=int(given["expires_in"])),
        )


def refused(reason: str) -> Unauthenticated:
    """Somebody didn't get in."""
    return Unauthenticated(reason=reason, message="Đăng nhập chưa thành công. Vui lòng thử lại.")
