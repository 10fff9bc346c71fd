"""The runbook as a page, in Japanese or English; every section has the anchor that alerts link to."""

from functools import cache
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from schemas.text.languages import other_language, translate
from streams.boards.breach_view import TEMPLATES
from streams.boards.static_files import files_version

FILES = {"ja": "runbook.ja.md", "en": "runbook.md"}
MISSING = (
    "手順書のファイルがありません。HIRELAY_RUNBOOK_DIR を設定してください。",
    "The runbook's files are missing here; set HIRELAY_RUNBOOK_DIR.",
)


def render_runbook(folder: Path, language: str) -> str:
    """Return the page; it says so if the file is missing in `folder`."""
    path = folder / FILES[language]
    if not path.exists():
        return _page(translate(MISSING, language), language)
    return _rendered(path, path.stat().st_mtime_ns, language)


@cache
def _rendered(path: Path, _changed: int, language: str) -> str:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    for opening, heading in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", _anchor(heading))
    body = Markup(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S704 our own file, without HTML
    return _page(body, language)


def _anchor(heading: Token) -> str:
    """Return the anchor of a heading as code hosts make it, for headings of one word."""
    return heading.content.strip().lower().replace(" ", "-")


def _page(body: str, language: str) -> str:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    return environment.get_template("runbook.html.j2").render(
        body=body,
        language=language,
        title=translate(("手順書", "Runbook"), language),
        other=other_language(language),
        other_name=translate(("English", "日本語"), language),
        version=files_version(),
    )
