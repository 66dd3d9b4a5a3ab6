"""Others' events that this service applies."""

from ykcd.deadline.v1.event_pb2 import CalendarPublished

from kit import copies
from kit.events import Handlers

# Members need no handler here: this service owns them.
HANDLERS: Handlers = {CalendarPublished: copies.on_calendar_published}
