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
from kit.errors import Error, Unavailable

# A document of 200 tasks, each with all its units, has about this many.
MAX_FIELDS = 20_000
MAX_FILES = 20
EVIDENCE = "evidence"


@dataclass(frozen=True)
class Posted:
    """`values`: the texts by name; `files`: what was chosen, in temporary files that are gone when the request ends.

    Also request.state.posted, for the page that says that a service is away.
    """

    values: dict[str, list[str]]
    files: list[UploadFile]

    def again(self, error: Error, errors: dict[str, str]) -> Form:
        """To show once more: as the same request where no answer came, as another one where the answer was no."""
        errors = errors or {"": error.message}
        return Form(self.values, errors, self.text("request_id")) if isinstance(error, Unavailable) else Form(self.values, errors)

    def text(self, name: str) -> str:
        """The first value; "" where there is none."""
        given = self.values.get(name)
        return given[0] if given else ""

    @property
    def version(self) -> int:
        """Which version the form was made for."""
        return version_of(self.text("expected_version"))


def version_of(text: str) -> int:
    """As a form holds it. Out of range is 0, which the services refuse."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def name_of(file: UploadFile) -> str:
    """Without the folders that a browser may tell."""
    return (file.filename or "").replace("\\", "/").rpartition("/")[2]


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
        visit.request.state.posted = posted = Posted(values, files)
        yield posted


def _require_ours(visit: Visit, token: str) -> None:
    if not secrets.compare_digest(token.encode(), visit.session.csrf_token.encode()):
        raise Forged(reason="CSRF_TOKEN_INVALID", message="Biểu mẫu đã hết hiệu lực. Mở lại trang rồi gửi lại.")


async def texts(visit: SignedInVisit) -> AsyncIterator[Posted]:
    async for posted in _read(visit, 0):
        yield posted


async def with_files(visit: SignedInVisit) -> AsyncIterator[Posted]:
    async for posted in _read(visit, MAX_FILES):
        yield posted


PostedForm = Annotated[Posted, Depends(texts)]
