"""Print the report of an import."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from streams.tools.importing import dictionary
from streams.tools.importing.report import ImportReport
from streams.tools.importing.sender import SendResult
from streams.tools.importing.source import ImportSource

MAX_SHOWN_PROBLEMS = 20
MAX_SHOWN_NOTES = 10
MAX_SHOWN_CORRECTIONS = 20
MAX_SHOWN_MONTHS = 24
UNREMARKABLE = ("", "xlsx", "utf-8", "utf-8-sig")  # encodings that need no word
MONTH_COLUMNS = ("applications", "hired", "rejected", "withdrawn", "offers", "interviews held")


def render(report: ImportReport, sources: Sequence[ImportSource], console: Console) -> None:
    """Print what was read, what comes of it, what changes, and the refused rows with what to do."""
    for text in _totals(report, sources):
        say(console, text)
    if report.types:
        table = Table("event", "count")
        table.columns[1].justify = "right"
        for event_type, count in sorted(report.types.items()):
            table.add_row(event_type, f"{count:,}")
        console.print(table)
        _render_consequences(report, console)
    for text in (*_notes(report, sources), *_changes(report)):
        say(console, text)
    _render_problems(report, sources, console)


def say(console: Console, text: str) -> None:
    """Print a line as it is."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _totals(report: ImportReport, sources: Sequence[ImportSource]) -> Iterator[str]:
    refused = Counter(file for file, _ in report.refused_rows)
    for file, source in enumerate(sources):
        rows = report.rows[file]
        yield (
            f"{source.path.name} ({source.kind}): {rows:,} rows read, "
            f"{rows - refused[file]:,} valid, {refused[file]:,} refused"
        )
    if report.first is not None and report.last is not None:
        zone = sources[0].zone
        days = [instant.astimezone(zone).date() for instant in (report.first, report.last)]
        yield f"{report.events:,} events, from {days[0]} to {days[1]} ({zone.key})"


def _render_consequences(report: ImportReport, console: Console) -> None:
    totals = report.consequences.totals
    say(console, "What comes of it: " + ", ".join(f"{n:,} {name}" for name, n in totals.items()))
    medians = [
        f"{name} after {days:g} days"
        for name in ("hired", "rejected", "withdrawn")
        if (days := report.consequences.median_days(name)) is not None
    ]
    if medians:
        say(console, "Medians from the application: " + ", ".join(medians))
    months = sorted(report.consequences.months.items())
    names = [name for name in MONTH_COLUMNS if totals[name]]
    if len(months) < 2 or not names:
        return
    table = Table("month", *names)
    for column in table.columns[1:]:
        column.justify = "right"
    for month, counts in months[-MAX_SHOWN_MONTHS:]:
        table.add_row(month, *(f"{counts[name]:,}" if counts[name] else "" for name in names))
    console.print(table)
    if len(months) > MAX_SHOWN_MONTHS:
        say(console, f"… and {len(months) - MAX_SHOWN_MONTHS} months before them")


def _notes(report: ImportReport, sources: Sequence[ImportSource]) -> Iterator[str]:
    for source in sources:
        yield from _columns(source)
    for reason, count in sorted(report.ignored.items()):
        yield f"ignored, {count:,} rows: {reason}"
    counted = (
        (report.assumed, "events have a date without a time, or the date of another event"),
        (
            report.undated,
            "events happened at a time that nobody knows: they count, and no duration does",
        ),
        (report.duplicates, "events are in the files more than once and are sent once"),
    )
    yield from (f"{count:,} {text}" for count, text in counted if count)
    if report.orphans:
        names = ", ".join(report.orphans[:5]) + (", …" if len(report.orphans) > 5 else "")
        yield (
            f"{len(report.orphans):,} applications are told of only by hires, interviews, offers or the like, which make no "
            f"application: {names}. Import their table of applications too"
        )


def _columns(source: ImportSource) -> Iterator[str]:
    """What of the file is read and what is not."""
    read = ", ".join(f"{header} as {name}" for name, header in source.columns.items())
    if read:
        yield f"{source.path.name}: read {read}"
    if source.unread:
        yield f"{source.path.name}: not read: {', '.join(source.unread)}"
    if source.header_line > 1:
        yield f"{source.path.name}: the headers are on line {source.header_line}"
    if source.encoding not in UNREMARKABLE:
        yield f"{source.path.name}: its text is read as {source.encoding}"
    if source.days:
        yield f"{source.path.name}: every time of {', '.join(source.days)} is 0:00, so these are read as days without a time"
    for name, header in source.columns.items():
        if dictionary.is_personal(header):
            yield f"{header} looks like personal data, but the map sends it as {name}"


def _changes(report: ImportReport) -> Iterator[str]:
    if report.changes.unchanged:
        yield f"{report.changes.unchanged:,} events are there already and are not sent again"
    if report.changes.details:
        yield f"{report.changes.details:,} facts keep their day and change in details such as the channel or the job"
    if report.corrected:
        yield f"{report.corrected:,} facts that were imported before are corrected:"
        for correction in report.changes.corrections[:MAX_SHOWN_CORRECTIONS]:
            yield f"  {correction}"
        rest = report.corrected - min(len(report.changes.corrections), MAX_SHOWN_CORRECTIONS)
        if rest:
            yield f"  … and {rest:,} more"


def _render_problems(
    report: ImportReport, sources: Sequence[ImportSource], console: Console
) -> None:
    refused = [problem for problem in report.problems if problem.refuses]
    noted = [problem for problem in report.problems if not problem.refuses]
    for title, problems, most in (
        ("Refused", refused, MAX_SHOWN_PROBLEMS),
        ("Counted all the same", noted, MAX_SHOWN_NOTES),
    ):
        if not problems:
            continue
        table = Table("line", "column", "what is wrong", "what to do", title=title)
        for problem in problems[:most]:
            name = f"{sources[problem.file].path.name}: " if len(sources) > 1 else ""
            cells = (problem.column, problem.message, problem.remedy)
            table.add_row(f"{name}{problem.line}", *map(_escape_markup, cells))
        console.print(table)
        rest = len(problems) - most + (report.unlisted if title == "Refused" else 0)
        if rest > 0:
            say(console, f"… and {rest:,} more; write all of them with --report FILE")


def _escape_markup(text: str) -> str:
    return text.replace("[", r"\[")


def render_result(sent: SendResult, run: str, console: Console) -> None:
    """Print what became of the valid rows."""
    lines = [f"{sent.events:,} events accepted in {sent.batches:,} batches"]
    if sent.already_confirmed:
        lines.append(f"{sent.already_confirmed:,} events were already confirmed by an earlier run")
    if sent.retries:
        lines.append(f"{sent.retries:,} attempts failed and were retried")
    if sent.set_aside:
        lines.append(
            f"{sent.set_aside:,} events were quarantined by the gateway ({sent.quarantine_message}): see `hirelay dlq list`"
        )
    if sent.failure:
        lines.append(f"{sent.failure}; run the same command again to continue")
    if sent.events:
        lines.append(f"this was run {run}; take it back with `hirelay import --undo {run}`")
    say(console, "\n".join(lines))
