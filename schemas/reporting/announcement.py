"""The words that accompany a delivered report: subject, text of the mail, text of the chat message."""

from collections.abc import Sequence

from schemas.reporting.difference import NumberChange
from schemas.reporting.model import Report
from schemas.text.languages import translate
from schemas.text.words import Table

MOST_CHANGES = 10
WORDS: Table = {
    "subject": ("{company} 採用レポート {period}", "{company}: hiring report {period}"),
    "again": (" (第{version}版)", " (version {version})"),
    "greeting": (
        "{company}の採用レポート({period}、{first}〜{last})をお送りします。",
        "This is the hiring report of {company} for {period} ({first} to {last}).",
    ),
    "changed": (
        "第{version}版です。前の版から{count}件の数字が変わりました。",
        "This is version {version}: {count} numbers have changed since the version before.",
    ),
    "more": ("ほか{count}件です。", "And {count} more."),
    "encrypted": (
        "添付のZIPファイルは、あらかじめお伝えしたパスワードで開きます。",
        "The attached ZIP file opens with the password that you were given.",
    ),
    "footer": (
        "このメールはHirelayが自動で送信しています。",
        "Hirelay sends this mail automatically.",
    ),
}


def subject(report: Report) -> str:
    """Return the subject, with the version of a report that is issued again."""
    again = _say(report, "again", version=report.version) if report.version > 1 else ""
    return _say(report, "subject", company=report.company, period=report.period) + again


def body(report: Report, changes: Sequence[NumberChange], *, encrypted: bool = False) -> str:
    """Return what the report says in short: its summary, and what has changed since the version before."""
    lines = [
        _say(
            report,
            "greeting",
            company=report.company,
            period=report.period,
            first=report.first,
            last=report.last,
        ),
        "",
        *(f"- {sentence}" for section in report.sections[:1] for sentence in section.sentences),
    ]
    if report.version > 1:
        lines += ["", _say(report, "changed", version=report.version, count=len(changes))]
        lines += [_change(change) for change in changes[:MOST_CHANGES]]
        if len(changes) > MOST_CHANGES:
            lines.append(_say(report, "more", count=len(changes) - MOST_CHANGES))
    if encrypted:
        lines += ["", _say(report, "encrypted")]
    return "\n".join(lines)


def footer(report: Report) -> str:
    """Return who sends the mail."""
    return _say(report, "footer")


def _change(change: NumberChange) -> str:
    before, after = (cell.text if cell else "–" for cell in (change.before, change.after))
    place = " ".join(part for part in (change.row, change.column.label) if part)
    return f"- {change.panel.title} {place}: {before} → {after}"


def _say(report: Report, key: str, **values: object) -> str:
    return translate(WORDS[key], report.language).format(**values)
