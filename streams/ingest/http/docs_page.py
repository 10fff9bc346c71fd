"""The documentation of the API as one page without scripts, so that a browser asks no other server for it."""

from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
STYLE = "body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}code{background:#eee}"


def add(app: FastAPI) -> None:
    """Add the route."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        """Show the API to people."""
        headers = {"Content-Security-Policy": POLICY}
        return HTMLResponse(render(app.openapi()), headers=headers)


def render(openapi: dict[str, Any]) -> str:
    """Return the page of an OpenAPI document: each operation with its answers."""
    title = escape(openapi["info"]["title"])
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    )
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title><style>{STYLE}</style>"
        f"<h1>{title}</h1><p>{escape(openapi['info'].get('description', ''))}</p>"
        f"<p>For tools: <a href='openapi.json'>openapi.json</a></p>{operations}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    answers = "".join(
        f"<li><code>{escape(status)}</code> {escape(answer.get('description', ''))}</li>"
        for status, answer in operation.get("responses", {}).items()
    )
    return (
        f"<h2>{escape(operation.get('summary', ''))}</h2><p><code>{method.upper()} {escape(path)}</code></p>"
        f"<p>{escape(operation.get('description', ''))}</p><ul>{answers}</ul>"
    )
