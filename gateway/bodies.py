"""Forms that browsers post: read once, small unless files are expected, and only when our own page made them."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import UploadFile

from gateway.refusals import Forged
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import Form

# A document of 200 tasks, each with all its units, has about this many.
MAX_FIELDS = 20_000
MAX_FILES = 20
EVIDENCE = "evidence"


@dataclass(frozen=True)
class Posted:
    """`values`: the texts by name; `files`: what was chosen, in temporary files that are gone when the request ends."""

    values: dict[str, list[str]]
    files: list[UploadFile]

    @property
    def form(self) -> Form:
        """To read from, and to show again when nothing was decided: the same request_id means the same request."""
        return Form(self.values, {}, self.text("request_id"))

    def text(self, name: str) -> str:
        """The first value; "" where there is none."""
        given = self.values.get(name)
        return given[0] if given else ""

    @property
    def version(self) -> int:
        """Which version the form was made for. Out of range is 0, which the services refuse."""
        text = self.text("expected_version")
        return int(text) if text.isdecimal() and len(text) < 19 else 0


async def _read(visit: Visit, max_files: int) -> AsyncIterator[Posted]:
    async with visit.request.form(max_files=max_files, max_fields=MAX_FIELDS) as form:
        values: dict[str, list[str]] = {}
        files = []
        for name, value in form.multi_items():
            if isinstance(value, str):
                values.setdefault(name, []).append(value.replace("\r\n", "\n"))
            elif name == EVIDENCE and value.filename:
                files.append(value)
        _require_ours(visit, values.pop("csrf_token", [""])[0])
        yield Posted(values, files)


def _require_ours(visit: Visit, token: str) -> None:
    if not secrets.compare_digest(token.encode(), visit.session.csrf_token.encode()):
        raise Forged(reason="CSRF_TOKEN_INVALID", message="Biểu mẫu đã hết hiệu lực. Mở lại trang rồi gửi lại.")


async def _texts(visit: SignedInVisit) -> AsyncIterator[Posted]:
    async for posted in _read(visit, 0):
        yield posted


async def _with_files(visit: SignedInVisit) -> AsyncIterator[Posted]:
    async for posted in _read(visit, MAX_FILES):
        yield posted


PostedForm = Annotated[Posted, Depends(_texts)]
PostedFiles = Annotated[Posted, Depends(_with_files)]
