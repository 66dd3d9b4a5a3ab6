"""What this service needs to know beside what all need."""

from datetime import timedelta

from kit.config import Settings


class DirectiveSettings(Settings):
    """`backup_retention_days`: how long immutable backups are kept, and may hold what was purged meanwhile (D14)."""

    backup_retention_days: int = 35

    @property
    def backup_retention(self) -> timedelta:
        """As a span."""
        return timedelta(days=self.backup_retention_days)
