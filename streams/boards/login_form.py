"""The page to log in at: a form for access tokens and, with OpenID Connect, a link to the company's sign-in."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

SESSION_S = 12 * 3600  # a working day; then people log in again
MAX_FORM_BYTES = 4_000
MAX_ATTEMPTS, ATTEMPTS_S = 30, 60.0  # failed log-ins of everybody together
LOGIN_PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hirelay</title><body style="font:16px system-ui;max-width:26rem;margin:15vh auto;padding:0 1rem">
<h1 style="font-size:1.3rem">Hirelay</h1><p role="alert">{message}</p>{link}
<form method="post" action="{root}login"><input type="hidden" name="next" value="{next}">
<label>アクセストークン Access token<br><input type="password" name="token" autocomplete="current-password" required
style="width:100%;font:inherit;padding:.4rem"></label><p><button style="font:inherit">ログイン Log in</button></form></html>"""
LINK = '<p><a href="{root}login/start?{query}">会社のアカウントでログイン Sign in with your company account</a></p>'
LOGIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
)
WRONG = "このトークンは使えません。 This token is not valid here."
BUSY = "しばらくしてからお試しください。 Too many attempts: try again in a minute."


@dataclass
class Attempts:
    """Counts failed attempts in the last minute, of everybody together."""

    _failures: deque[float] = field(default_factory=deque)

    def add(self, at: float) -> None:
        """Count one at this time (Unix seconds)."""
        self._failures.append(at)

    def are_too_many(self, now: float) -> bool:
        """Return whether nobody may try at this time."""
        while self._failures and self._failures[0] < now - ATTEMPTS_S:
            self._failures.popleft()
        return len(self._failures) >= MAX_ATTEMPTS


def own_page(destination: str) -> str:
    """Return the page with the query that was asked for, never another address."""
    return f"./?{destination}" if destination.isprintable() and destination else "./"


def login_page(
    destination: str, message: str = "", status: int = 200, *, link: bool = False, root: str = ""
) -> Response:
    """Return the page; `link` shows the company's sign-in, `root` leads from the address of the page to the board."""
    query = urlencode({"next": destination})
    page = LOGIN_PAGE.format(
        message=escape(message),
        next=escape(destination),
        link=LINK.format(root=root, query=escape(query)) if link else "",
        root=root,
    )
    headers = {"Content-Security-Policy": LOGIN_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(page, status, headers)


async def form_fields(request: Request) -> Mapping[str, str]:
    """Return the fields of the form; none of one that is too large or has too many."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    try:
        parsed = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in parsed.items()}
