"""Signs in as a browser without JavaScript would: follows redirects and fills Keycloak's forms."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx

KEYCLOAK = "/auth/realms/"
STEPS = 20


class Refused(RuntimeError):
    """Keycloak didn't let somebody in; the message is what its page says."""


async def sign_in(client: httpx.AsyncClient, start_url: str, username: str, password: str) -> httpx.Response:
    """From the application's page that needs somebody, or Keycloak's authorization address, to the application's callback.

    Returns the callback's own response, whose cookies `client` then holds; its address has the code. A client without
    `follow_redirects`, please: the callback's redirect is the caller's.
    """
    response = await _ask(client, client.build_request("GET", start_url))
    seen_keycloak, answers = False, {"username": username, "password": password}
    for _ in range(STEPS):
        at_keycloak = response.url.path.startswith(KEYCLOAK)
        if seen_keycloak and not at_keycloak:
            return response
        seen_keycloak |= at_keycloak
        if response.next_request:
            response = await _ask(client, response.next_request)
            continue
        form = _Form(response.text)
        given = {name: answers.pop(name) for name in ("username", "password") if name in form.empty and name in answers}
        if not given:
            raise Refused(f"{username} at {urlsplit(str(response.url)).path}, {response.status_code}: {form.message or form.title}")
        response = await _ask(client, client.build_request("POST", response.url.join(form.action), data=form.hidden | given))
    raise Refused(f"{username}: still under way after {STEPS} pages")


async def _ask(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    # The jar decides on a cookie header when a request is built; a redirect's was built before its cookies were mended.
    request.headers.pop("Cookie", None)
    client.cookies.set_cookie_header(request)
    response = await client.send(request)
    for cookie in client.cookies.jar:
        cookie.secure = False  # Keycloak's are Secure over plain HTTP too. For localhost browsers make an exception; the jar makes none.
    return response


class _Form(HTMLParser):
    """The sign-in form of a page: where it goes, what it sends by itself and what it asks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.title, self.message = "", "", ""
        self.hidden: dict[str, str] = {}
        self.empty: set[str] = set()
        self._form = self._reading = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = given.get("id", "")
            if self._form == "kc-form-login":
                self.action = given["action"]
        elif tag == "input" and self._form == "kc-form-login" and "name" in given:
            if given.get("type") == "hidden":
                self.hidden[given["name"]] = given.get("value", "")
            else:
                self.empty.add(given["name"])
        elif given.get("id", "").startswith("input-error") or "kc-feedback-text" in given.get("class", ""):
            self._reading = "message"
        elif tag == "title":
            self._reading = "title"

    def handle_endtag(self, tag: str) -> None:
        self._reading = ""
        if tag == "form":
            self._form = ""

    def handle_data(self, data: str) -> None:
        if self._reading:
            setattr(self, self._reading, getattr(self, self._reading) + " ".join(data.split()))
