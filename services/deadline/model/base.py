"""What all tables here have in common; how far the scheduled jobs have come."""

from datetime import UTC, datetime

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import db

# Of a job that was never run: the day on which the regulation came into force.
NEVER = datetime(2016, 10, 31, 17, tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES


class ScheduleWatermark(Base):
    """How far a scheduled job has come. Whoever holds its row does the job; a tick only wakes it."""

    __tablename__ = "schedule_watermark"

    job: Mapped[str] = mapped_column(primary_key=True)
    last_processed: Mapped[datetime]
