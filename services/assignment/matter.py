"""What lies beside an assignment and goes its own way: an obstacle, an inspection, an inquiry.

Each has a state, a version and a history of acts. Which verb is whose, and when, is one table of steps that the guards and `allowed_verbs`
both read.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship
from ykcd.assignment.v1 import assignment_pb2 as pb

from kit import db
from kit.dates import from_time
from kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied, stale_version
from kit.identity import UNIT_ROLES, Actor
from kit.page import Page
from kit.rpc import Call
from services.assignment.records import Base, Decision

# Below the 512 KB of an event, and gRPC's 4 MB.
SNAPSHOT_BYTES = 400 * 1024
ANSWER_BYTES = 3 * 1024 * 1024


class Act(Base):
    """One line of a history. Only ever added; seen by whoever sees what it is about."""

    __tablename__ = "act"

    matter_id: Mapped[UUID] = mapped_column(primary_key=True)
    # The matter's version after it.
    version: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str]
    text: Mapped[str]
    actor_name: Mapped[str]
    actor_unit_id: Mapped[UUID]
    time: Mapped[datetime]


@dataclass(frozen=True)
class Party:
    """Whose step it is: people with one of `roles` for whom `includes(matter, actor)` holds. `reason` is for the others of these roles."""

    roles: tuple[str, ...]
    includes: Callable[[Any, Actor], bool] = lambda _matter, _actor: True
    reason: str = ""

    def has(self, matter: "Matter", actor: Actor) -> bool:
        """Whether the actor is one of them."""
        return actor.has(*self.roles) and self.includes(matter, actor)


OWN_UNIT = Party(UNIT_ROLES, lambda matter, actor: actor.unit_id == matter.unit_id, "OTHER_UNIT")


@dataclass(frozen=True)
class Step:
    """`verb`, by `party`, from one of `states` `to` a state."""

    verb: str
    party: Party
    states: tuple[int, ...]
    to: int


class Matter(Base):
    """State moves only by `_move`, which raises the version and adds one act."""

    __abstract__ = True

    STEPS: ClassVar[tuple[Step, ...]]
    # The proto's enum of states.
    STATES: ClassVar[Any]

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[int]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]

    @declared_attr
    def history(cls) -> Mapped[list[Act]]:  # noqa: N805 - a class, as declared_attr has it
        """Oldest first."""
        ours = lambda: foreign(Act.matter_id) == cls.id  # noqa: E731
        return relationship(Act, primaryjoin=ours, lazy="raise", order_by=Act.version, overlaps="history")

    @classmethod
    def _begin(cls, verb: str, actor: Actor, now: datetime, *, text: str, state: int, **facts: Any) -> Self:
        made = cls(id=db.new_id(), version=0, state=state, create_time=now, history=[], **facts)
        made._note(verb, actor, now, text)
        return made

    @classmethod
    def require_role(cls, actor: Actor, verb: str) -> None:
        """PermissionDenied for those whose step it is nowhere."""
        actor.require(*dict.fromkeys(role for step in cls.STEPS if step.verb == verb for role in step.party.roles))

    def allowed_verbs(self, actor: Actor) -> list[str]:
        """What the actor may do now."""
        open_now = (step for step in self.STEPS if self.state in step.states and step.party.has(self, actor))
        return list(dict.fromkeys(step.verb for step in open_now))

    def require_permitted(self, actor: Actor, verb: str) -> None:
        """PermissionDenied for those whose step it isn't here."""
        steps = [step for step in self.STEPS if step.verb == verb]
        if any(step.party.has(self, actor) for step in steps):
            return
        self.require_role(actor, verb)
        reason = next(step.party.reason for step in steps if actor.has(*step.party.roles))
        raise PermissionDenied(reason=reason, message="Nội dung này không thuộc phạm vi bạn được giao.")

    def require_version(self, expected: int) -> None:
        """The caller must have decided on what stands."""
        if self.version != expected:
            raise stale_version(self.version)

    def _move(self, verb: str, actor: Actor, now: datetime, *, text: str) -> None:
        self.require_permitted(actor, verb)
        mine = (step for step in self.STEPS if step.verb == verb and step.party.has(self, actor))
        step = next((step for step in mine if self.state in step.states), None)
        if step is None:
            raise FailedPrecondition(
                reason="WRONG_STATE",
                message="Nội dung đang ở trạng thái không cho phép thao tác này.",
                metadata={"state": self.STATES.Name(self.state).partition("_STATE_")[2]},
            )
        self.state = step.to
        self._note(verb, actor, now, text)

    def _note(self, verb: str, actor: Actor, now: datetime, text: str) -> None:
        self.version += 1
        self.update_time = now
        line = Act(version=self.version, verb=verb, text=text, actor_name=actor.name, actor_unit_id=actor.unit_id, time=now)
        self.history.append(line)


AnyMatter = TypeVar("AnyMatter", bound=Matter)
Find = Callable[..., Awaitable[AnyMatter]]


async def opened(
    find: Find[AnyMatter], kind: type[AnyMatter], session: AsyncSession, actor: Actor, *, verb: str, id: UUID, expected_version: int
) -> AnyMatter:
    """Locked by `find`, and refused in this order: the role, the sight, whose it is, the version. The state comes with the step itself."""
    kind.require_role(actor, verb)
    matter = await find(session, actor, id, lock=True)
    matter.require_permitted(actor, verb)
    matter.require_version(expected_version)
    return matter


def target(call: Call, request: Any) -> dict[str, Any]:
    """What every step names."""
    return {"id": UUID(request.id), "expected_version": request.expected_version, "now": call.now}


def written(text: str, field: str) -> str:
    """Blanks are nothing."""
    if not text.strip():
        raise InvalidArgument.field(field, "CONTENT_MISSING", "Bắt buộc nhập.")
    return text.strip()


def to_decision(request: Any) -> Decision | None:
    """What `request.decision` holds, None where it's absent."""
    if not request.HasField("decision"):
        return None
    told = request.decision
    return Decision(written(told.number, "decision.number"), written(told.signer, "decision.signer"))


def decision_to_proto(number: str, signer: str) -> pb.Decision | None:
    """None where none was recorded."""
    return pb.Decision(number=number, signer=signer) if number else None


def with_history(shown: Any, matter: Matter, limit: int) -> Any:
    """`shown` with the history: the oldest acts are left out where it would outgrow `limit` bytes: who writes much blocks nothing."""
    shown.history.extend(
        pb.Act(
            verb=act.verb,
            text=act.text,
            actor_name=act.actor_name,
            actor_unit_id=str(act.actor_unit_id),
            time=from_time(act.time),
            version=act.version,
        )
        for act in matter.history
    )
    while shown.ByteSize() > limit and shown.history:
        del shown.history[0]
    return shown


Row = TypeVar("Row")
Shown = TypeVar("Shown", bound=Message)


def paged(page: Page, rows: Sequence[Row], show: Callable[[Row], Shown], key: Callable[[Row], Sequence[Any]]) -> tuple[list[Shown], str]:
    """The rows of this page that an answer can hold, and the token for what follows them."""
    shown: list[Shown] = []
    room = ANSWER_BYTES
    for row in rows[: page.size]:
        message = show(row)
        room -= message.ByteSize()
        if room < 0:
            break
        shown.append(message)
    page.size = len(shown) or page.size
    return shown, page.cut(rows, key)[1]
