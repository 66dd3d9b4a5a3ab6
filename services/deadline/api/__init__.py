"""The gRPC doors: proto in, use case, proto out."""

from services.deadline.api.deadlines import DeadlineService
from services.deadline.api.urging import UrgingService

__all__ = ["DeadlineService", "UrgingService"]
