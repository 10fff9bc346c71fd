"""Print the report of an import."""

from collections import Counter
from collections.abc import Iterator, Sequence

from schemas.text.languages import Words, translate
from streams.tools.importing import dictionary
from streams.tools.importing import report_words as words
from streams.tools.importing.refusals import RowProblem
from streams.tools.importing.report import ImportReport
from streams.tools.importing.report_printer import ReportPrinter
from streams.tools.importing.sender import SendResult
from streams.tools.importing.source import ImportSource
from streams.tools.tables import TableColumn, TextTable

MAX_SHOWN_PROBLEMS = 20
MAX_SHOWN_NOTES = 10
MAX_SHOWN_CORRECTIONS = 20
MAX_SHOWN_MONTHS = 24
UNREMARKABLE = ("", "xlsx", "utf-8", "utf-8-sig")  # encodings that need no word
MONTH_COLUMNS = ("applications", "hired", "rejected", "withdrawn", "offers", "interviews held")


def render(report: ImportReport, sources: Sequence[ImportSource], printer: ReportPrinter) -> None:
    """Write what was read, what comes of it, what changes, and the refused rows with what to do."""
    for text in _totals(report, sources, printer):
        printer.line(text)
    if report.types:
        rows = [
            (translate(words.EVENT_TYPES.get(kind, (kind, kind)), printer.language), f"{count:,}")
            for kind, count in sorted(report.types.items())
        ]
        printer.table(TextTable(columns=printer.columns((words.EVENT, words.COUNT)), rows=rows))
        _render_consequences(report, printer)
    for text in (*_notes(report, sources, printer), *_changes(report, printer)):
        printer.line(text)
    _render_problems(report, sources, printer)


def _totals(
    report: ImportReport, sources: Sequence[ImportSource], printer: ReportPrinter
) -> Iterator[str]:
    refused = Counter(file for file, _ in report.refused_rows)
    for file, source in enumerate(sources):
        rows = report.rows[file]
        yield printer.word(
            words.FILE_ROWS,
            name=source.path.name,
            kind=source.kind,
            rows=rows,
            valid=rows - refused[file],
            refused=refused[file],
        )
    if report.first is not None and report.last is not None:
        zone = sources[0].zone
        first, last = (instant.astimezone(zone).date() for instant in (report.first, report.last))
        yield printer.word(words.SPAN, n=report.events, first=first, last=last, zone=zone.key)


def _render_consequences(report: ImportReport, printer: ReportPrinter) -> None:
    totals = report.consequences.totals
    named = {name: printer.word(text) for name, text in words.COUNTS.items()}
    listing = ", ".join(f"{n:,} {named[name]}" for name, n in totals.items())
    printer.say(words.COMES, totals=listing)
    medians = [
        printer.word(words.MEDIAN, name=named[name], days=f"{days:g}")
        for name in ("hired", "rejected", "withdrawn")
        if (days := report.consequences.median_days(name)) is not None
    ]
    if medians:
        printer.say(words.MEDIANS, medians=", ".join(medians))
    months = sorted(report.consequences.months.items())
    names = [name for name in MONTH_COLUMNS if totals[name]]
    if len(months) < 2 or not names:
        return
    titles = (words.MONTH, *(words.COUNTS[name] for name in names))
    rows = [
        (month, *(f"{counts[name]:,}" if counts[name] else "" for name in names))
        for month, counts in months[-MAX_SHOWN_MONTHS:]
    ]
    printer.table(TextTable(columns=printer.columns(titles), rows=rows))
    if len(months) > MAX_SHOWN_MONTHS:
        printer.say(words.MORE_MONTHS, n=len(months) - MAX_SHOWN_MONTHS)


def _notes(
    report: ImportReport, sources: Sequence[ImportSource], printer: ReportPrinter
) -> Iterator[str]:
    for source in sources:
        yield from _columns(source, printer)
    for reason, count in sorted(report.ignored.items()):
        yield printer.word(words.IGNORED, n=count, reason=reason)
    counted = (
        (report.assumed, words.ASSUMED),
        (report.undated, words.UNDATED),
        (report.duplicates, words.DUPLICATES),
    )
    yield from (printer.word(text, n=count) for count, text in counted if count)
    if report.orphans:
        names = ", ".join(report.orphans[:5]) + (", …" if len(report.orphans) > 5 else "")
        yield printer.word(words.ORPHANS, n=len(report.orphans), names=names)


def _columns(source: ImportSource, printer: ReportPrinter) -> Iterator[str]:
    """What of the file is read and what is not."""
    name = source.path.name
    read = ", ".join(
        printer.word(words.READ_AS, header=header, field=field)
        for field, header in source.columns.items()
    )
    if read:
        yield printer.word(words.READ, name=name, columns=read)
    if source.unread:
        yield printer.word(words.UNREAD, name=name, columns=", ".join(source.unread))
    if source.header_line > 1:
        yield printer.word(words.HEADER_LINE, name=name, line=source.header_line)
    if source.encoding not in UNREMARKABLE:
        yield printer.word(words.ENCODING, name=name, encoding=source.encoding)
    if source.days:
        yield printer.word(words.DAYS, name=name, columns=", ".join(source.days))
    for field, header in source.columns.items():
        if dictionary.is_personal(header):
            yield printer.word(words.PERSONAL, header=header, field=field)


def _changes(report: ImportReport, printer: ReportPrinter) -> Iterator[str]:
    if report.changes.unchanged:
        yield printer.word(words.UNCHANGED, n=report.changes.unchanged)
    if report.changes.details:
        yield printer.word(words.DETAILS, n=report.changes.details)
    if report.corrected:
        yield printer.word(words.CORRECTED, n=report.corrected)
        for correction in report.changes.corrections[:MAX_SHOWN_CORRECTIONS]:
            yield f"  {correction}"
        rest = report.corrected - min(len(report.changes.corrections), MAX_SHOWN_CORRECTIONS)
        if rest:
            yield f"  {printer.word(words.MORE, n=rest)}"


def _render_problems(
    report: ImportReport, sources: Sequence[ImportSource], printer: ReportPrinter
) -> None:
    refused = [problem for problem in report.problems if problem.refuses]
    noted = [problem for problem in report.problems if not problem.refuses]
    for title, problems, most in (
        (words.REFUSED, refused, MAX_SHOWN_PROBLEMS),
        (words.NOTED, noted, MAX_SHOWN_NOTES),
    ):
        if not problems:
            continue
        printer.table(_problem_table(title, problems[:most], sources, printer))
        rest = len(problems) - most + (report.unlisted if title == words.REFUSED else 0)
        if rest > 0:
            printer.say(words.MORE_PROBLEMS, n=rest)


def _problem_table(
    title: Words,
    problems: Sequence[RowProblem],
    sources: Sequence[ImportSource],
    printer: ReportPrinter,
) -> TextTable:
    names = [f"{source.path.name}: " if len(sources) > 1 else "" for source in sources]
    rows = [
        (f"{names[problem.file]}{problem.line}", problem.column, *problem.texts(printer.language))
        for problem in problems
    ]
    line, column, *prose = (printer.word(text) for text in words.PROBLEM_COLUMNS)
    return TextTable(
        title=printer.word(title),
        columns=[
            TableColumn(title=line),
            TableColumn(title=column),
            *(TableColumn(title=text, prose=True) for text in prose),
        ],
        rows=rows,
    )


def render_result(sent: SendResult, run: str, printer: ReportPrinter) -> None:
    """Print what became of the valid rows."""
    printer.say(words.ACCEPTED, n=sent.events, batches=sent.batches)
    if sent.already_confirmed:
        printer.say(words.CONFIRMED, n=sent.already_confirmed)
    if sent.retries:
        printer.say(words.RETRIED, n=sent.retries)
    if sent.set_aside:
        printer.say(words.QUARANTINED, n=sent.set_aside, message=sent.quarantine_message)
    if sent.failure:
        printer.say(words.FAILED, failure=sent.failure)
    if sent.events:
        printer.say(words.RUN, run=run)
