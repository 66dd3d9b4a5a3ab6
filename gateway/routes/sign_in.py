"""The first page, signing in and out."""

import secrets
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.addresses import is_local
from gateway.auth import CALLBACK, Attempt, refused
from gateway.bodies import PostedForm
from gateway.refusals import BadRequest
from gateway.visit import Parts, SignedInVisit, page_as_known, parts_of, visitor

router = APIRouter()
HOME = "/my-work"
# Keycloak gives up on an unfinished login after half an hour.
ATTEMPT_SECONDS = 30 * 60
SealedAttempt = "sign-in attempt"
SharedParts = Annotated[Parts, Depends(parts_of)]


@router.get("/")
async def home(request: Request) -> Response:
    """To one's work, or to the words that say what this is."""
    return RedirectResponse(HOME, 303) if await visitor(request) else await page_as_known(request, "home.html", {})


@router.get("/login")
async def login(parts: SharedParts, return_to: str = HOME) -> Response:
    """Always by way of Keycloak, which doesn't ask again whom it knows."""
    if not is_local(return_to):
        raise BadRequest(reason="RETURN_TO_INVALID", message="Địa chỉ quay lại không hợp lệ.")
    attempt = Attempt.begin(return_to)
    response = RedirectResponse(parts.sign_in.address(attempt), 303)
    _set_cookie(parts, response, _attempt_cookie(parts, attempt.state), parts.seal.close(SealedAttempt, asdict(attempt)), ATTEMPT_SECONDS)
    return response


@router.get(CALLBACK)
async def callback(request: Request, parts: SharedParts, state: str = "", code: str = "", error: str = "") -> Response:
    """Keycloak's answer counts only for the browser and the attempt that asked for it."""
    cookie = _attempt_cookie(parts, state)
    attempt = _attempt(parts, request.cookies.get(cookie, ""), state)
    if attempt is None:
        # An old tab, or the browser's back button after signing in.
        if await visitor(request):
            return RedirectResponse(HOME, 303)
        raise BadRequest(reason="SIGN_IN_EXPIRED", message="Lượt đăng nhập này đã hết hạn. Vui lòng đăng nhập lại.", denial=True)
    if error:
        raise refused("SIGN_IN_REFUSED")
    subject, tokens = await parts.sign_in.finish(attempt, code)
    if old := request.cookies.get(parts.cookie):
        await parts.sessions.end(old)
    response = RedirectResponse(attempt.return_to, 303)
    _set_cookie(parts, response, parts.cookie, await parts.sessions.create(subject, tokens), None)
    _drop_cookie(parts, response, cookie)
    return response


@router.post("/logout")
async def logout(visit: SignedInVisit, _form: PostedForm) -> Response:
    """Here first, then at Keycloak, which sends the browser back to the first page."""
    parts = visit.parts
    await parts.sessions.end(visit.session.cookie)
    response = RedirectResponse(parts.sign_in.sign_out_address(visit.session.tokens), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    _drop_cookie(parts, response, parts.cookie)
    return response


def _attempt_cookie(parts: Parts, state: str) -> str:
    """One per attempt, so that two tabs don't spoil each other's."""
    known = "".join(character for character in state[:12] if character.isalnum() or character in "-_")
    return f"{parts.cookie}-login-{known}"


def _attempt(parts: Parts, sealed: str, state: str) -> Attempt | None:
    opened = parts.seal.open(SealedAttempt, sealed) if sealed else None
    attempt = Attempt(**opened) if opened else None
    return attempt if attempt and secrets.compare_digest(attempt.state.encode(), state.encode()) else None


def _set_cookie(parts: Parts, response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=parts.settings.secure, httponly=True, samesite="lax")


def _drop_cookie(parts: Parts, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=parts.settings.secure, httponly=True, samesite="lax")
