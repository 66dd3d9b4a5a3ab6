"""An OpenID provider that can be told to misbehave, which Keycloak can't. Its signatures are real."""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from joserfc.jwk import KeySet

from kit.identity import TokenVerifier
from kit.testing import tokens
from kit.testing.fixtures import FakeClock


class _Verifier(TokenVerifier):
    async def _fetch(self) -> KeySet:
        return await tokens.TestVerifier()._fetch()


class Provider:
    """`claims` replace those of the next ID tokens; `refusing` answers invalid_grant; `away` doesn't answer."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.subject = clock, str(uuid4())
        self.claims: dict[str, Any] = {}
        self.refusing = self.away = False
        self.requests: list[dict[str, str]] = []
        self._nonce = ""

    def verifier(self, client_id: str) -> TokenVerifier:
        """As the gateway verifies Keycloak's ID tokens, but for where the keys come from."""
        return _Verifier(tokens.ISSUER, "", client_id, kind="ID")

    def sign_in(self, address: str) -> tuple[str, str]:
        """What a person does at the provider: the query of the address she was sent to, and the state to come back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self._nonce = query["nonce"]
        assert (query["response_type"], query["code_challenge_method"], query["scope"]) == ("code", "S256", "openid")
        assert query["redirect_uri"].endswith("/login/callback")
        return query["code_challenge"], query["state"]

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The token endpoint."""
        if self.away:
            raise httpx.ConnectError("away", request=request)
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.requests.append(form)
        if self.refusing:
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(time.time())
        usual = {"typ": "ID", "aud": "ykcd-web", "nonce": self._nonce, "iat": now, "exp": now + 300}
        id_token = tokens.token(self.subject, **{**usual, **self.claims})
        access = tokens.token(self.subject, jti=str(uuid4()))
        return httpx.Response(
            200,
            json={
                "access_token": access,
                "refresh_token": f"r{len(self.requests)}",
                "id_token": id_token,
                "expires_in": 300,
                "token_type": "Bearer",
            },
        )
