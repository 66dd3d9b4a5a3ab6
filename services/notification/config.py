"""What this service needs to know beside what all need."""

from kit.config import Settings


class NotificationSettings(Settings):
    """`public_url`: where people reach the platform, for links in mails."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_sender: str = "Theo dõi nhiệm vụ <khong-tra-loi@ykcd.example>"
    public_url: str = "http://localhost:8080"
    # A person gets one mail in so many seconds, however much happens.
    mail_window_seconds: float = 60.0
