"""Write the files of a report: each appears whole or not at all."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from schemas.reporting.model import Report
from sinks.reports import table


def _html(report: Report) -> bytes:
    from sinks.reports.html import to_html

    return to_html(report).encode()


def _pdf(report: Report) -> bytes:
    from sinks.reports.pdf import to_pdf

    return to_pdf(report)


def _pptx(report: Report) -> bytes:
    from sinks.reports.pptx import to_pptx

    return to_pptx(report)


# Each imports its library only when its format is asked for.
WRITERS: Mapping[str, Callable[[Report], bytes]] = {
    "html": _html,
    "pdf": _pdf,
    "pptx": _pptx,
    "csv": lambda report: (
        "\ufeff" + table.to_csv(report)
    ).encode(),  # Excel reads UTF-8 by its mark
    "json": lambda report: table.to_json(report).encode(),
}


def render(report: Report, form: str, template: bytes | None = None) -> bytes:
    """Return the content of a file; `template` is the company's own for decks. Raise Malformed if the report does not fit it."""
    if form == "pptx" and template is not None:
        from sinks.reports.pptx_template import to_templated_pptx

        return to_templated_pptx(report, template)
    return WRITERS[form](report)


def file_name(report: Report, form: str, version: int | None = None) -> str:
    """Return the name of a file: company, period, language and, of a scheduled report, its version."""
    ending = "" if version is None else f"-v{version}"
    return f"{report.tenant}-{report.period}-{report.language}{ending}.{form}"


def write_report(
    report: Report, directory: Path, formats: Sequence[str], template: bytes | None = None
) -> Iterator[Path]:
    """Write one file per format and yield its path; an existing file is replaced at once."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in formats:
        path = directory / file_name(report, name)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.write_bytes(render(report, name, template))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        yield path
