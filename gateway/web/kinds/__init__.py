"""The kinds of records, by their addresses; in the order of the menu."""

from ykcd.notification.v1 import notification_pb2 as n

from gateway.web.records import Act, Kind

from . import inquiry, inspection, obstacle, people, programme, report, secrecy, unit, urging

KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        urging.NOTICES,
        urging.ESCALATIONS,
        urging.OBLIGATIONS,
        obstacle.OBSTACLES,
        inspection.INSPECTIONS,
        inquiry.INQUIRIES,
        inquiry.REGULATIONS,
        report.REPORTS,
        programme.PROGRAMME,
        people.ABSENCES,
        people.ANNEX,
        people.FOLLOWERS,
        unit.UNITS,
        unit.DISSOLUTIONS,
        secrecy.REFUSALS,
    )
}
# What a notification may lead to: its record's kind, and the words of the link.
SUBJECTS: dict[int, tuple[Kind, str]] = {
    n.NOTIFICATION_SUBJECT_URGING_NOTICE: (urging.NOTICES, "Mở phiếu báo"),
    n.NOTIFICATION_SUBJECT_ESCALATION: (urging.ESCALATIONS, "Mở báo cáo Chủ tịch"),
    n.NOTIFICATION_SUBJECT_OBSTACLE: (obstacle.OBSTACLES, "Mở vướng mắc"),
    n.NOTIFICATION_SUBJECT_INSPECTION: (inspection.INSPECTIONS, "Mở cuộc kiểm tra"),
    n.NOTIFICATION_SUBJECT_INQUIRY: (inquiry.INQUIRIES, "Mở yêu cầu"),
    n.NOTIFICATION_SUBJECT_PERIODIC_REPORT: (report.REPORTS, "Mở báo cáo"),
}


def leads_to(notification: n.Notification) -> tuple[str, str]:
    """(address, words of the link) of what it is about: its record, else its task; both "" where it is about neither."""
    if notification.subject_kind in SUBJECTS:
        kind, words = SUBJECTS[notification.subject_kind]
        return f"{kind.address}/{notification.subject_id}", words
    return (f"/assignments/{notification.assignment_id}", "Mở nhiệm vụ") if notification.assignment_id else ("", "")


def act_at(address: str) -> Act | None:
    """The act to which a form at this address belongs."""
    slug, *_, last = address.strip("/").split("/")
    kind = KINDS.get(slug)
    if kind is None:
        return None
    if kind.create and last in ("moi", kind.create.preview):
        return kind.create
    return next((act for act in kind.acts if act.slug == last), None)
