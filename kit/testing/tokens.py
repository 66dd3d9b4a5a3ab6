"""An issuer of tokens for tests: a real key, real signatures, real expiry; the services verify them as they verify Keycloak's."""

import time
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from kit.identity import TokenVerifier

ISSUER = "https://issuer.test/realms/ykcd"
AUDIENCE = "ykcd"
_KEY = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"}, auto_kid=True)


class TestVerifier(TokenVerifier):
    """Knows the issuer's keys without asking it over HTTP."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(ISSUER, "", AUDIENCE)

    async def _fetch(self) -> KeySet:
        return KeySet([_KEY])


def token(subject: UUID | str, **claims: object) -> str:
    """An access token; `claims` replace the usual ones, None takes one away."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(subject), "typ": "Bearer", "iat": now, "exp": now + 300}
    chosen = {key: value for key, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": _KEY.kid}, chosen, _KEY)


def published_keys() -> dict[str, object]:
    """The issuer's public keys as it gives them away (JWKS)."""
    return KeySet([_KEY]).as_dict(private=False)
