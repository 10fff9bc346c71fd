"""Rejection mails with the one line of Career Relay. The ATS fills in names and sends them; we hold no addresses."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from schemas.errors import Malformed
from schemas.relay.lines import line
from schemas.relay.policy import Tone

# What stands where the ATS fills in a value.
PLACEHOLDERS: Mapping[str, Mapping[str, str]] = {
    "ja": {"name": "［応募者名］", "job": "［求人名］"},
    "en": {"name": "[name]", "job": "[job]"},
}


def render(language: str, url: str, company: str, tone: Tone, template: Path | None = None) -> str:
    """The mail in a language; raise Malformed for a template of one's own that cannot be used.

    The template may use `company`, `name`, `job`, `line` and `tone`; it runs in a sandbox, and must contain the line.
    """
    text = _template(language) if template is None else template.read_text("utf-8")
    environment = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    link = line(language, url)
    values = {"company": company, "line": link, "tone": tone, **PLACEHOLDERS[language]}
    try:
        mail = environment.from_string(text).render(values)
    except TemplateError as error:
        detail = f"{error}; it may use {', '.join(sorted(values))}"
        raise Malformed("template", detail) from error
    if link not in mail:
        raise Malformed("template", "the mail lacks {{ line }}, the only way to register")
    return mail


def _template(language: str) -> str:
    return (files("streams.tools.relay") / "mails" / f"{language}.txt").read_text("utf-8")


def page(text: str, language: str) -> str:
    """The mail as a page to look at; its link opens nothing."""
    style = "max-width:38rem;margin:2rem auto;padding:0 1rem;font:1rem/1.9 sans-serif;white-space:pre-wrap;overflow-wrap:anywhere"
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Career Relay</title>'
        f'<body style="{style}">{escape(text)}</body></html>'
    )
