"""Only a live access token of our issuer for our audience proves anything."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from kit.errors import Unauthenticated
from kit.testing import tokens
from kit.testing.tokens import AUDIENCE, ISSUER, TestVerifier


def claims(**more: object) -> dict[str, object]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": str(uuid4()), "typ": "Bearer", "iat": now, "exp": now + 60, **more}


def signed_by_a_stranger() -> str:
    stranger = RSAKey.generate_key(2048, auto_kid=True)
    return jwt.encode({"alg": "RS256", "kid": stranger.kid}, claims(), stranger)


def joined(header: dict[str, object], sign: Callable[[bytes], bytes]) -> str:
    """A token made by hand, as no honest library makes it."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims())]
    body = b".".join(parts)
    return (body + b"." + base64.urlsafe_b64encode(sign(body)).rstrip(b"=")).decode()


def hmac_with_the_public_key() -> str:
    public = tokens._KEY.as_pem(private=False)
    return joined({"alg": "HS256", "kid": tokens._KEY.kid}, lambda body: hmac.digest(public, body, "sha256"))


def unsigned() -> str:
    return joined({"alg": "none"}, lambda _body: b"")


BAD = {
    "expired": lambda: tokens.token(uuid4(), exp=int(time.time()) - 60),
    "not yet valid": lambda: tokens.token(uuid4(), nbf=int(time.time()) + 600),
    "other audience": lambda: tokens.token(uuid4(), aud="account"),
    "other issuer": lambda: tokens.token(uuid4(), iss="https://elsewhere.test"),
    "an ID token": lambda: tokens.token(uuid4(), typ="ID"),
    "no subject": lambda: tokens.token(uuid4(), sub=None),
    "no expiry": lambda: tokens.token(uuid4(), exp=None),
    "a stranger's key": signed_by_a_stranger,
    "HS256 with the public key": hmac_with_the_public_key,
    "alg none": unsigned,
    "no token at all": lambda: "Zm9v",
    "huge": lambda: "A" * 100_000,
}


@pytest.mark.parametrize("kind", BAD)
async def test_is_refused(kind: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await TestVerifier().verify(BAD[kind]())
    assert caught.value.reason == "TOKEN_INVALID"


async def test_a_genuine_token_proves_its_subject() -> None:
    subject = uuid4()
    assert (await TestVerifier().verify(tokens.token(subject))).subject == str(subject)
