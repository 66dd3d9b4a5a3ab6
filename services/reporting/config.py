"""What this service needs to know beside what all need."""

from kit.config import Settings


class ReportingSettings(Settings):
    """`report_working_days`: so many working days after a period's end the units' reports are due (Đ10.1). `…_address`: who knows what
    stands in Annexes I to III; `public_url`: where people reach the platform, for the QR code of a phiếu báo."""

    report_working_days: int = 5
    directive_address: str = ""
    assignment_address: str = ""
    deadline_address: str = ""
    public_url: str = "http://localhost:8080"
