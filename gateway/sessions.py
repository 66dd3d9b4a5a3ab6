"""Who is signed in: a random cookie here, everything else in the database `gateway`."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from gateway.model import CLAIM, IDLE, LIFETIME, TOUCH, WebSession
from gateway.sealing import Seal
from kit import db
from kit.clock import Clock
from kit.errors import Unauthenticated, Unavailable, unavailable

# An access token with less left than this is renewed before it is used.
RENEW_BEFORE = timedelta(seconds=30)
# How often, and how often at most, somebody looks whether another has renewed it.
POLL_SECONDS = 0.1
POLLS = int(CLAIM.total_seconds() / POLL_SECONDS)
TOKENS = "session tokens"
# Row-level security shows only the row named here, so that no slip of ours can read another's session.
_NAME_ROW = text("SELECT set_config('ykcd.session', :hash, true)")


@dataclass(frozen=True)
class Tokens:
    """What Keycloak gave."""

    access: str
    refresh: str
    id: str
    expire_time: datetime


@dataclass(frozen=True)
class SignedIn:
    """One browser's session as a request sees it."""

    cookie: str
    subject: str
    unit_id: UUID | None
    csrf_token: str
    tokens: Tokens
    create_time: datetime


class Sessions:
    """`api` finds and changes the one session whose cookie is shown; `worker` sweeps."""

    def __init__(self, api: AsyncEngine, worker: AsyncEngine, seal: Seal, clock: Clock) -> None:
        self._api, self._worker, self._seal, self._clock = api, worker, seal, clock

    async def create(self, subject: str, tokens: Tokens, unit_id: UUID | None = None) -> str:
        """The new cookie's value. It was never seen before, whatever the browser brought along."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        async with self._transaction(cookie) as session:
            row = WebSession(id_hash=_hash(cookie), subject=subject, unit_id=unit_id, csrf_token=secrets.token_urlsafe(32))
            row.create_time = row.last_seen_time = now
            self._keep(row, tokens)
            session.add(row)
        return cookie

    async def find(self, cookie: str, *, touch: bool = True) -> SignedIn | None:
        """None where nobody is signed in (any more). `touch`: a person did something, so the idle time begins anew."""
        async with self._transaction(cookie) as session:
            row = await _row(session, cookie)
            if row is None:
                return None
            now = self._clock()
            if row.over(now):
                await session.delete(row)
                return None
            if touch and now - row.last_seen_time > TOUCH:
                row.last_seen_time = now
            return self._signed_in(cookie, row)

    async def renew(self, found: SignedIn, ask: Callable[[Tokens], Awaitable[Tokens]]) -> SignedIn | None:
        """`found` with an access token that is good for a while. One asks, in no transaction; the others use what is still good, or wait.

        None, and nobody is signed in any more, where Keycloak refuses.
        """
        for _ in range(POLLS):
            if not self._stale(found.tokens):
                return found
            current, mine = await self._claim(found.cookie)
            if current is None or mine:
                return await self._ask(current, ask) if current else None
            found = current
            if self._good(found.tokens):
                return found
            # The other one may be in another process, so nothing here can call us.
            await asyncio.sleep(POLL_SECONDS)
        raise unavailable("keycloak")

    async def _claim(self, cookie: str) -> tuple[SignedIn | None, bool]:
        """The session as it is now, and whether it's for us to renew it."""
        now = self._clock()
        async with self._transaction(cookie) as session:
            row = await _row(session, cookie, lock=True)
            if row is None:
                return None, False
            current = self._signed_in(cookie, row)
            mine = self._stale(current.tokens) and (row.renewing_until is None or now >= row.renewing_until)
            if mine:
                row.renewing_until = now + CLAIM
            return current, mine

    async def _ask(self, current: SignedIn, ask: Callable[[Tokens], Awaitable[Tokens]]) -> SignedIn | None:
        try:
            return await self._store(current.cookie, await ask(current.tokens))
        except Unauthenticated:
            await self.end(current.cookie)
            return None
        except Unavailable:
            await self._store(current.cookie, None)
            if not self._good(current.tokens):
                raise
            return current

    async def _store(self, cookie: str, tokens: Tokens | None) -> SignedIn | None:
        """Keeps the new tokens if there are any, and gives the claim back. None where somebody has signed out meanwhile."""
        async with self._transaction(cookie) as session:
            row = await _row(session, cookie, lock=True)
            if row is None:
                return None
            row.renewing_until = None
            if tokens:
                self._keep(row, tokens)
            return self._signed_in(cookie, row)

    async def choose(self, cookie: str, unit_id: UUID) -> None:
        """From now on this browser acts for that unit, which is one of its person's."""
        async with self._transaction(cookie) as session:
            if row := await _row(session, cookie):
                row.unit_id = unit_id

    async def end(self, cookie: str) -> None:
        """Nobody is signed in with this cookie any more."""
        async with self._transaction(cookie) as session:
            await session.execute(delete(WebSession).where(WebSession.id_hash == _hash(cookie)))

    async def sweep(self) -> None:
        """Deletes what has run out."""
        now = self._clock()
        async with db.transaction(self._worker) as session:
            over = (WebSession.last_seen_time <= now - IDLE) | (WebSession.create_time <= now - LIFETIME)
            await session.execute(delete(WebSession).where(over))

    @asynccontextmanager
    async def _transaction(self, cookie: str) -> AsyncIterator[AsyncSession]:
        async with db.transaction(self._api) as session:
            await session.execute(_NAME_ROW, {"hash": _hash(cookie).hex()})
            yield session

    def _stale(self, tokens: Tokens) -> bool:
        return self._clock() >= tokens.expire_time - RENEW_BEFORE

    def _good(self, tokens: Tokens) -> bool:
        return self._clock() < tokens.expire_time

    def _keep(self, row: WebSession, tokens: Tokens) -> None:
        kept = {name: value for name, value in asdict(tokens).items() if name != "expire_time"}
        row.tokens, row.token_expire_time = self._seal.close(TOKENS, kept), tokens.expire_time

    def _signed_in(self, cookie: str, row: WebSession) -> SignedIn:
        kept = self._seal.open(TOKENS, row.tokens)
        if kept is None:
            # Another session key than the one it was made with: as good as no session.
            raise Unauthenticated(reason="SESSION_UNREADABLE", message="Vui lòng đăng nhập lại.", denial=False)
        tokens = Tokens(**kept, expire_time=row.token_expire_time)
        return SignedIn(cookie, row.subject, row.unit_id, row.csrf_token, tokens, row.create_time)


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


async def _row(session: AsyncSession, cookie: str, *, lock: bool = False) -> WebSession | None:
    statement = select(WebSession).where(WebSession.id_hash == _hash(cookie))
    return await session.scalar(statement.with_for_update() if lock else statement)
