"""A real SMTP server in the test's own event loop."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from kit.testing.postgres import free_port


class SmtpServer:
    """Keeps what it receives, in order; `refuse` makes it answer so to each mail. Can go away and come back on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: asyncio.Queue[EmailMessage] = asyncio.Queue()
        self.attempts = 0
        self.refuse: str | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.attempts += 1
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=default)
        message["X-Recipients"] = ",".join(envelope.rcpt_tos)
        self.mails.put_nowait(message)
        return "250 OK"
