"""Style sheets, scripts and icons. Their addresses bear their content's hash, so that browsers may keep them for ever."""

from os import PathLike, stat_result

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway import web

FOR_EVER = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """`folder`: static or vendor."""

    def __init__(self, folder: str) -> None:
        super().__init__(directory=web.HERE / folder)
        self._folder = folder

    def file_response(self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200) -> Response:
        """Only under its present hash may it be kept: an old page must not fix an old name to new content."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        name = str(full_path).removeprefix(str(web.HERE / self._folder)).lstrip("/")
        address = f"{scope['root_path']}/{name}?{scope['query_string'].decode('latin-1')}"
        response.headers["Cache-Control"] = FOR_EVER if address == web.asset(name) else "no-cache"
        return response
