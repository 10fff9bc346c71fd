"""What changed between two versions of a report, number by number, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose

from schemas.cells import DECISION
from schemas.reporting.model import Report, ReportCell, ReportColumn, ReportPanel, Section
from schemas.text.languages import translate
from schemas.text.words import Table

NumberKey = tuple[str, str, str, int]  # panel, names of the row, column, and which of equal ones
CAUSES: Table = {
    "definitions": ("指標の定義の変更", "changed definitions"),
    "epoch": ("再集計(設定の変更)", "recounted with another configuration"),
    "late": ("遅れて届いたデータ", "late or corrected data"),
    "since": ("その後の進展・遅れて届いたデータ", "what happened since, or late data"),
}
TITLE = ("前の版から変わった数字", "Numbers that changed since the version before")
COLUMNS: Table = {
    "panel": ("表", "Panel"),
    "row": ("行", "Row"),
    "column": ("列", "Column"),
    "before": ("第{n}版", "Version {n}"),
    "after": ("第{n}版", "Version {n}"),
    "cause": ("理由", "Cause"),
}
CHANGES_PANEL = "changes/changes"
NOTHING = ("変わった数字なし", "No number changed")


@dataclass(frozen=True, kw_only=True)
class NumberChange:
    """A number of one panel in both versions; None where a version has no such row."""

    panel: ReportPanel
    row: str
    column: ReportColumn
    before: ReportCell | None
    after: ReportCell | None

    @property
    def of_the_period(self) -> bool:
        """Whether the number counts decisions of the period: only late or corrected data changes it once it has ended."""
        return self.panel.basis == DECISION


def changes(before: Report, after: Report) -> list[NumberChange]:
    """Return the numbers whose values differ; panels about the present are left out, because they always change."""
    earlier, later = _numbers(before), _numbers(after)
    return [
        NumberChange(
            panel=(later.get(key) or earlier[key])[0],
            row=key[1],
            column=(later.get(key) or earlier[key])[1],
            before=earlier[key][2] if key in earlier else None,
            after=later[key][2] if key in later else None,
        )
        for key in dict.fromkeys((*later, *earlier))
        if not _equal(earlier.get(key), later.get(key))
    ]


def with_changes(before: Report, after: Report) -> Report:
    """Return the report `after` as the version that follows `before`, with a section that lists every change."""
    language, number = after.language, before.version + 1
    heading = translate(TITLE, language)
    rows = tuple(_row(change, before, after) for change in changes(before, after))
    panel = ReportPanel(
        id=CHANGES_PANEL,
        title=heading,
        basis="now",
        basis_label="",
        columns=tuple(
            ReportColumn(
                name=name,
                label=translate(words, language).format(
                    n=before.version if name == "before" else number
                ),
                numeric=name in {"before", "after"},
            )
            for name, words in COLUMNS.items()
        ),
        rows=rows,
        empty=translate(NOTHING, language),
    )
    section = Section(id="changes", title=heading, sentences=(), panels=(panel,))
    first, *others = after.sections
    return after.model_copy(update={"version": number, "sections": (first, section, *others)})


def cause(change: NumberChange, before: Report, after: Report) -> str:
    """Return why the number changed, as far as the reports tell."""
    if before.definitions_version != after.definitions_version:
        return translate(CAUSES["definitions"], after.language)
    if before.epoch != after.epoch:
        return translate(CAUSES["epoch"], after.language)
    return translate(CAUSES["late" if change.of_the_period else "since"], after.language)


def _row(change: NumberChange, before: Report, after: Report) -> tuple[ReportCell, ...]:
    texts = (change.panel.title, change.row, change.column.label)
    return (
        *(ReportCell(text=text, value=text, unit="text") for text in texts),
        *(
            cell or ReportCell(text="–", value=None, unit="text")
            for cell in (change.before, change.after)
        ),
        ReportCell(text=(reason := cause(change, before, after)), value=reason, unit="text"),
    )


def _numbers(report: Report) -> dict[NumberKey, tuple[ReportPanel, ReportColumn, ReportCell]]:
    numbers: dict[NumberKey, tuple[ReportPanel, ReportColumn, ReportCell]] = {}
    for panel in _comparable(report):
        for row in panel.rows:
            names = " / ".join(
                cell.text
                for cell, column in zip(row, panel.columns, strict=True)
                if not column.numeric
            )
            for cell, column in zip(row, panel.columns, strict=True):
                if column.numeric:
                    at = 0
                    while (key := (panel.id, names, column.name, at)) in numbers:
                        at += 1
                    numbers[key] = (panel, column, cell)
    return numbers


def _comparable(report: Report) -> Iterator[ReportPanel]:
    for section in report.sections:
        yield from (panel for panel in section.panels if panel.basis != "now")


def _equal(
    before: tuple[ReportPanel, ReportColumn, ReportCell] | None,
    after: tuple[ReportPanel, ReportColumn, ReportCell] | None,
) -> bool:
    if before is None or after is None:
        return False
    earlier, later = before[2].value, after[2].value
    if isinstance(earlier, float) and isinstance(later, float):
        return isclose(earlier, later, rel_tol=1e-9)  # the engine sums in parallel
    return earlier == later
