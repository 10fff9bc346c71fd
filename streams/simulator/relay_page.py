"""The landing page of the simulated relay service: whoever follows a link reads what becomes of the data, agrees, and registers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from schemas.errors import Unavailable
from streams.simulator.relay_service import RelayService

Clock = Callable[[], datetime]
MAX_BODY_BYTES = 4_096
START_S = 10.0
STYLE = (
    "body{max-width:34rem;margin:2rem auto;padding:0 1rem;font:1rem/1.8 sans-serif}"
    "input[type=email]{width:100%;padding:.6rem;box-sizing:border-box;font:inherit}"
    "button{padding:.6rem 1.4rem;font:inherit}label{display:block;margin:1rem 0}[role=alert]{color:#b3261e}"
)
FORM = """<h1>キャリアリレーに登録 / Register with Career Relay</h1>
<p>専任のアドバイザーが、ご相談から転職のご支援までを無料で行います。応募先の企業からは、お客様の情報を受け取っていません。<br>
An adviser of your own helps you free of charge. The company you applied to has passed none of your data on.</p>
{problem}<form method="post">
<input type="hidden" name="token" value="{token}">
<label>メールアドレス / E-mail<input type="email" name="email" value="{email}" autocomplete="email" required></label>
<label><input type="checkbox" name="consent" value="yes"> 職業紹介のために登録情報を取り扱うことに同意します。同意はいつでも取り消せます。 /
I agree that my registration is used to find me a job. I can withdraw this at any time.</label>
<button>登録する / Register</button>
</form>"""
PROBLEM = '<p role="alert">メールアドレスを入力し、同意にチェックを入れてください。 / Enter your e-mail address and agree.</p>\n'
DONE = "<h1>登録しました / You are registered</h1>\n<p>アドバイザーからご連絡します。 / An adviser is going to contact you.</p>"


def page_app(service: RelayService, clock: Clock) -> Starlette:
    """The page at the path `/register`; only a registration with an address and a consent is reported to the company."""

    async def show(request: Request) -> HTMLResponse:
        return _page(_form(request.query_params.get("token", "")))

    async def register(request: Request) -> HTMLResponse:
        fields = parse_qs((await request.body())[:MAX_BODY_BYTES].decode(errors="replace"))
        token, email = (fields.get(name, [""])[0].strip() for name in ("token", "email"))
        if "@" not in email or fields.get("consent") != ["yes"]:
            return _page(_form(token, email, PROBLEM), 422)
        await run_in_threadpool(service.register, token, email, clock())
        return _page(DONE)

    return Starlette(
        routes=[
            Route("/register", show, methods=["GET"]),
            Route("/register", register, methods=["POST"]),
        ]
    )


def _form(token: str, email: str = "", problem: str = "") -> str:
    return FORM.format(token=escape(token), email=escape(email), problem=problem)


def _page(content: str, status: int = 200) -> HTMLResponse:
    head = (
        '<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Career Relay</title><style>{STYLE}</style>"
    )
    return HTMLResponse(f"{head}<body>{content}</body></html>", status)


@contextmanager
def serving(app: Starlette, address: str) -> Iterator[None]:
    """Serve the page at the address that the company's links lead to; raise Unavailable if nobody can listen there."""
    place = urlsplit(address)
    server = uvicorn.Server(
        uvicorn.Config(app, host=place.hostname or "", port=place.port or 80, log_config=None)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    thread.join(0)
    for _ in range(int(START_S * 100)):
        if server.started or not thread.is_alive():
            break
        thread.join(0.01)
    if not server.started:
        raise Unavailable("relay", f"the landing page cannot listen at {address}")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
