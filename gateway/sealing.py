"""Encryption of what is kept for a browser: tokens in the database, the state of a sign-in in a cookie."""

import hashlib
import json
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey


class Seal:
    """JSON in, an authenticated ciphertext out (A256GCM). `purpose` keeps one kind from being taken for another."""

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("ykcd_session_key is empty")
        self._secret = secret.encode()

    def close(self, purpose: str, value: Any) -> str:
        """As a string that may stand in a cookie."""
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, json.dumps(value).encode(), self._key(purpose))

    def open(self, purpose: str, sealed: str) -> Any | None:
        """None for whatever we didn't close ourselves, for this purpose."""
        try:
            return json.loads(jwe.decrypt_compact(sealed, self._key(purpose)).plaintext)
        except (JoseError, ValueError):
            return None

    def _key(self, purpose: str) -> OctKey:
        # The secret is random and long, so that one hash is derivation enough.
        return OctKey.import_key(hashlib.sha256(self._secret + b"\0" + purpose.encode()).digest())
