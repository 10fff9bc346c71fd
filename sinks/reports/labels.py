"""The words that all files of a report share, and how its days are written."""

from schemas.reporting.model import Report, ReportCell, ReportPanel
from schemas.text.languages import translate
from schemas.text.units import format_number
from schemas.text.words import Table

LABELS: Table = {
    "title": ("採用レポート", "Hiring report"),
    "window": ("対象期間", "Period"),
    "again": ("第{version}版", "version {version}"),
    "before": ("比較期間", "Compared with"),
    "as_of": ("集計日", "Counted up to"),
    "data_as_of": ("最終受信", "Last event received"),
    "running": ("期間の途中", "period still running"),
    "basis": ("基準", "Basis"),
    "definitions": ("付録: 指標の定義", "Appendix: definitions"),
    "version": ("定義の版", "Version of the definitions"),
    "more": ("ほか{n}件", "{n} more"),
    "live": ("最新の数字を見る", "See the live numbers"),
    "table": ("表で見る", "As a table"),
}


def label(report: Report, key: str) -> str:
    """Return a label in the language of the report."""
    return translate(LABELS[key], report.language)


def title(report: Report) -> str:
    """Return the title of the report: company, kind, period and the version of one that was issued again."""
    again = label(report, "again").format(version=report.version) if report.version > 1 else ""
    return f"{report.company} {label(report, 'title')} {report.period} {again}".rstrip()


def window_line(report: Report) -> str:
    """Say which days were counted, with which they are compared, and as of when."""
    running = f" ({label(report, 'running')})" if report.running else ""
    return (
        f"{label(report, 'window')} {report.first} – {report.last}{running} · "
        f"{label(report, 'before')} {report.before_first} – {report.before_last} · "
        f"{label(report, 'as_of')} {report.as_of}"
    )


def source_line(report: Report, panel: ReportPanel) -> str:
    """Say the basis and the definitions of a panel."""
    kpis = f" · {', '.join(panel.kpis)}" if panel.kpis else ""
    return f"{label(report, 'basis')}: {panel.basis_label}{kpis}"


def title_with_basis(report: Report, panel: ReportPanel) -> str:
    """Return the title of a panel with its basis: on one slide, two panels may count by different days."""
    if not panel.basis_label:  # a list of changes counts nothing
        return panel.title
    words = ("{title}({basis})", "{title} ({basis})")
    return translate(words, report.language).format(title=panel.title, basis=panel.basis_label)


def cell_text(cell: ReportCell, language: str) -> str:
    """Return the text of a cell with its n and interval, where it has them."""
    parts = [cell.text]
    if cell.low is not None and cell.high is not None:
        low, high = (format_number(end, "share", language) for end in (cell.low, cell.high))
        parts.append(f"[{low}–{high}]")
    if cell.n and cell.unit != "count":
        parts.append(f"n={cell.n:,}")
    return " ".join(parts)
