"""Render the pages from their templates; every text is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.text.languages import Words, translate
from streams.tools.importing.date_parts import DateForm
from streams.tools.importing.kinds import ALLOWED_VALUES
from streams.tools.importing.map_file import ENDINGS, WIDE_KINDS
from streams.tools.importing.ui import words
from streams.tools.importing.ui.proposals import fields_of
from streams.tools.tables import TextTable

TEMPLATES = Path(__file__).parent / "templates"
DATE_FORMS = tuple(form.value for form in DateForm if form is not DateForm.ONE_READING)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(template: str, language: str, **facts: Any) -> str:
    """The page in the language."""
    return (
        _environment()
        .get_template(template)
        .render(
            language=language,
            say=lambda text, /, **values: translate(words.TEXTS[text], language).format(**values),
            tell=lambda pair: translate(pair, language),
            label=lambda table, name: _label(getattr(words, table), name, language),
            field=lambda name: field_label(name, language),
            fields_of=fields_of,
            is_date=lambda name: (
                name.endswith(("_at", "_date", "_from", "_to")) or name in {"start", "end"}
            ),
            is_table=lambda block: isinstance(block, TextTable),
            kinds=words.KINDS,
            allowed=ALLOWED_VALUES,
            endings=ENDINGS,
            wide_kinds=WIDE_KINDS,
            date_forms=DATE_FORMS,
            **facts,
        )
    )


def _label(table: dict[str, Words], name: str, language: str) -> str:
    """The word of the table, or the name itself if it has none."""
    return translate(table.get(name, (name, name)), language)


def field_label(name: str, language: str) -> str:
    """What a field, or the time of day of a field, is called."""
    plain = name.removesuffix(".time")
    label = _label(words.FIELDS, plain, language)
    return label if plain == name else translate(words.TIME_OF, language).format(field=label)
