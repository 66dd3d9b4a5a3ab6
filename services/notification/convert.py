"""Between the protos and the model."""

from ykcd.notification.v1 import notification_pb2

from kit.dates import from_time
from services.notification.model import Notification


def notification_to_proto(row: Notification) -> notification_pb2.Notification:
    """One line of an inbox."""
    return notification_pb2.Notification(
        id=str(row.id),
        kind=row.kind,
        title=row.title,
        body=row.body,
        assignment_id=str(row.assignment_id or ""),
        subject_kind=row.subject_kind,
        subject_id=str(row.subject_id or ""),
        create_time=from_time(row.create_time),
        read_time=from_time(row.read_time),
    )
