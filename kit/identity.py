"""Who calls: a token verified here, then the person, unit and roles from our own records.

The token only proves (iss, sub). Unit and roles come from `member`, so that a role taken away is gone with the next request, and a claim
that says otherwise counts for nothing.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit.errors import InvalidArgument, PermissionDenied, Unauthenticated, unavailable
from kit.law import article

log = structlog.get_logger()
ALGORITHMS = ["RS256", "PS256", "ES256"]
# An unknown key id makes us ask Keycloak again, but not more often than this.
REFETCH_SECONDS = 10
LEEWAY_SECONDS = 10

# The roles of regulation §4 in the two groups on which sight rests everywhere (D13). Migrations name them again: they are frozen.
# These see everything.
OFFICE_ROLES = ("specialist", "office_leader", "chairman", "clerk")
# These act for their unit and see what it takes part in; an operator or administrator of the same unit sees none of it.
UNIT_ROLES = ("focal_point", "unit_leader", "officer")


@dataclass(frozen=True)
class Absent:
    """A member for whom the actor stands in today, in the same unit. `roles`: those that the actor has by it alone."""

    person_id: UUID
    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Actor:
    """A member who acts: one person in one unit. `roles`: his own, and those of the absent."""

    person_id: UUID
    unit_id: UUID
    roles: frozenset[str]
    name: str
    absent: tuple[Absent, ...] = ()

    @property
    def own_roles(self) -> frozenset[str]:
        """Those that the actor has without standing in for anybody."""
        return self.roles.difference(*(absent.roles for absent in self.absent))

    @property
    def stands_for(self) -> frozenset[UUID]:
        """The persons for whom the actor stands in today."""
        return frozenset(absent.person_id for absent in self.absent)

    @article("Đ8.1.đ")
    def is_or_stands_for(self, person_id: UUID | None) -> bool:
        """Đ8.1.đ: whether what is asked of this person may be done by the actor; the owner stays the owner."""
        return person_id == self.person_id or person_id in self.stands_for

    def has(self, *roles: str) -> bool:
        """Whether the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: str) -> None:
        """PermissionDenied unless the actor holds one of `roles`; as `on_behalf_of`, notes whose right it was."""
        if not self.has(*roles):
            raise PermissionDenied(
                reason="ROLE_REQUIRED", message="Bạn không có quyền thực hiện việc này.", metadata={"roles": ",".join(roles)}
            )
        self.on_behalf_of(*roles)

    def on_behalf_of(self, *roles: str, owner: UUID | None = None) -> Absent | None:
        """Whose right the actor uses for what `owner` and the holders of `roles` may do; None where his own suffices.

        Not a question but a note: the events of this transaction say so from here on (ActorRef.on_behalf_of).
        """
        if owner == self.person_id or not self.own_roles.isdisjoint(roles):
            return None
        for absent in self.absent:
            if owner == absent.person_id or not absent.roles.isdisjoint(roles):
                self.ref.on_behalf_of = str(absent.person_id)
                return absent
        return None

    @cached_property
    def ref(self) -> ActorRef:
        """For the envelopes of the transaction's events."""
        return ActorRef(person_id=str(self.person_id), unit_id=str(self.unit_id), roles=sorted(self.roles), name=self.name)


@dataclass(frozen=True)
class Claims:
    """What a verified token proves."""

    issuer: str
    subject: str


class TokenVerifier:
    """Verifies access tokens against the issuer's published keys, which it keeps and refetches when a new key id appears."""

    def __init__(self, issuer: str, jwks_url: str, audience: str, kind: str = "Bearer") -> None:
        self.issuer, self.jwks_url, self.audience = issuer, jwks_url, audience
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._lock = asyncio.Lock()
        self._registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
            # Keycloak's mark of an access token; an ID token says "ID".
            typ={"essential": True, "value": kind},
        )

    async def verify(self, token: str) -> Claims:
        """Unauthenticated for anything but a live access token of our issuer for our audience."""
        claims = await self.claims(token)
        return Claims(issuer=claims["iss"], subject=claims["sub"])

    async def claims(self, token: str) -> dict[str, Any]:
        """All that a token says; Unauthenticated as for verify."""
        keys = await self._key_set()
        try:
            return self._decode(token, keys)
        except (JoseError, ValueError):
            keys = await self._key_set(refetch=True)
            try:
                return self._decode(token, keys)
            except (JoseError, ValueError) as error:
                log.info("token_refused", why=type(error).__name__)
                raise Unauthenticated(reason="TOKEN_INVALID", message="Phiên đăng nhập không hợp lệ hoặc đã hết hạn.") from None

    def _decode(self, token: str, keys: KeySet) -> dict[str, Any]:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        self._registry.validate(decoded.claims)
        return decoded.claims

    async def _key_set(self, *, refetch: bool = False) -> KeySet:
        async with self._lock:
            fresh = time.monotonic() - self._fetched < REFETCH_SECONDS
            if self._keys is None or (refetch and not fresh):
                self._keys = await self._fetch()
                self._fetched = time.monotonic()
            return self._keys

    async def _fetch(self) -> KeySet:
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                response = await client.get(self.jwks_url)
                response.raise_for_status()
                keys = [key for key in response.json()["keys"] if key.get("use", "sig") == "sig"]
                return KeySet.import_key_set({"keys": keys})
        except (httpx.HTTPError, KeyError, ValueError) as error:
            log.warning("keys_unavailable", why=type(error).__name__)
            raise unavailable("keycloak") from None


# Finds the member and for whom he stands in, and tells row-level security who acts, in one round trip. set_config(…, true) ends with the
# transaction. An absent person's own deputyships aren't passed on.
_ENTER = text("""
    SELECT person_id, unit_id, roles, name, absent,
           set_config('ykcd.person', person_id::text, true), set_config('ykcd.unit', unit_id::text, true),
           set_config('ykcd.roles', concat_ws(',', array_to_string(roles, ','), absent_roles), true)
      FROM member m,
           LATERAL (SELECT jsonb_object_agg(away.person_id, jsonb_build_array(away.name, away.roles)) AS absent,
                           string_agg(array_to_string(away.roles, ','), ',') AS absent_roles
                      FROM absence a JOIN member away ON away.person_id = a.person_id AND away.unit_id = a.unit_id AND away.active
                     WHERE a.deputy_id = m.person_id AND a.unit_id = m.unit_id AND NOT a.cancelled
                       AND CAST(:today AS date) BETWEEN a.first_day AND a.last_day) stands_for
     WHERE issuer = :issuer AND subject = :subject AND active AND (CAST(:unit AS uuid) IS NULL OR unit_id = CAST(:unit AS uuid))
""")


async def enter(session: AsyncSession, claims: Claims, unit: str | None, *, today: date) -> Actor:
    """The actor of this transaction. `unit` chooses among the caller's own memberships and can't add one; `today` is the day in Huế, on
    which a deputy has the absent person's rights."""
    if unit is not None:
        _require_uuid(unit)
    asked = {"issuer": claims.issuer, "subject": claims.subject, "unit": unit, "today": today}
    rows = (await session.execute(_ENTER, asked)).all()
    if not rows:
        raise not_a_member()
    if len(rows) > 1:
        raise InvalidArgument.field("ykcd-unit", "UNIT_REQUIRED", "Bạn thuộc nhiều đơn vị; vui lòng chọn đơn vị làm việc.")
    row = rows[0]
    own = frozenset(row.roles)
    absent = tuple(Absent(UUID(id), name, frozenset(roles) - own) for id, (name, roles) in sorted((row.absent or {}).items()))
    return Actor(row.person_id, row.unit_id, own.union(*(one.roles for one in absent)), row.name, absent)


def not_a_member() -> PermissionDenied:
    """Whoever the token proves acts in no unit, or not in the one named."""
    return PermissionDenied(
        reason="NOT_A_MEMBER", message="Tài khoản chưa được phân vào đơn vị nào. Vui lòng liên hệ quản trị của Văn phòng UBND tỉnh."
    )


def _require_uuid(unit: str) -> None:
    try:
        UUID(unit)
    except ValueError:
        raise InvalidArgument.field("ykcd-unit", "UNIT_INVALID", "Mã đơn vị không hợp lệ.") from None
