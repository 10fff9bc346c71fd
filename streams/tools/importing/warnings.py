"""Warnings that keep an import from being sent until a person accepts each by its name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.funnel.funnel_events import VendorStage
from schemas.funnel.rules import Rules, to_rule
from schemas.tenants.config import Connection
from schemas.tenants.milestones import UNMAPPED
from schemas.text.languages import Words, translate
from streams.tools.importing import report_words as words
from streams.tools.importing.report import ImportReport
from streams.tools.importing.report_printer import ReportPrinter

MIN_APPLICATIONS = 30  # fewer say nothing about what is missing
MIN_SHARE = 0.2  # of the rows of a run, or of what was imported before
MAX_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """One consequence that is probably a mistake; one that `blocks` keeps the run from being sent."""

    name: str
    words: Words
    facts: Mapping[str, object]
    blocks: bool = True

    def in_language(self, language: str) -> str:
        """The warning in words; counts have separators of thousands."""
        facts = {name: f"{v:,}" if isinstance(v, int) else v for name, v in self.facts.items()}
        return translate(self.words, language).format(**facts)

    @property
    def text(self) -> str:
        """The warning in English, for maps and logs."""
        return self.in_language("en")


def find(report: ImportReport, connection: Connection) -> list[Consequence]:
    """The warnings of a run."""
    return [*_missing(report), *_too_many(report), *_unmapped(report, connection)]


def render(
    warnings: Sequence[Consequence], accepted: Sequence[str], printer: ReportPrinter
) -> bool:
    """Print the warnings; return whether one that blocks is not accepted."""
    for warning in warnings:
        mark = words.ACCEPTED_WARNING if warning.name in accepted else words.WARNING
        text = warning.in_language(printer.language)
        printer.say(mark, warning=text, name=warning.name)
    return any(warning.blocks and warning.name not in accepted for warning in warnings)


def _missing(report: ImportReport) -> Iterator[Consequence]:
    """What nearly every company has and the run has none of."""
    totals = report.consequences.totals
    if totals["applications"] < MIN_APPLICATIONS:
        return
    for name, noun in (("hired", "hires"), ("rejected", "rejections")):
        if not totals[name]:
            yield Consequence(
                name=f"no-{noun}",
                words=words.NONE_OF,
                facts={"noun": noun, "name": words.COUNTS[name][0], "n": totals["applications"]},
            )


def _too_many(report: ImportReport) -> Iterator[Consequence]:
    totals, rows = report.consequences.totals, report.rows.total()
    if rows >= MIN_APPLICATIONS and report.refused > rows * MIN_SHARE:
        yield Consequence(
            name="many-refused",
            words=words.MANY_REFUSED,
            facts={"n": report.refused, "of": rows},
        )
    stored = report.changes.unchanged + report.corrected
    if stored >= MIN_APPLICATIONS and report.corrected > stored * MIN_SHARE:
        yield Consequence(
            name="many-corrections",
            words=words.MANY_CORRECTIONS,
            facts={"n": report.corrected, "of": stored},
        )
    if totals["applications"] >= MIN_APPLICATIONS and totals["hired"] > totals["applications"] / 2:
        yield Consequence(
            name="many-hires",
            words=words.MANY_HIRES,
            facts={"n": totals["hired"], "of": totals["applications"]},
        )


def _unmapped(report: ImportReport, connection: Connection) -> Iterator[Consequence]:
    """Stages that count as unmapped until a rule of the connection says what they mean."""
    unmapped = unmapped_stages(report, connection)
    if not unmapped:
        return
    names = ", ".join(
        f"{name} ({report.consequences.stages[name]:,})" for name in unmapped[:MAX_NAMED]
    )
    more = ", …" if len(unmapped) > MAX_NAMED else ""
    yield Consequence(
        name="unmapped-stages",
        words=words.UNMAPPED_STAGES,
        facts={"n": len(unmapped), "names": f"{names}{more}", "connection": connection.id},
        blocks=False,
    )


def unmapped_stages(report: ImportReport, connection: Connection) -> list[str]:
    """The stages of the run without a milestone, most frequent first."""
    rules = Rules("UTC", {connection.id: tuple(map(to_rule, connection.stages))})
    return [
        name
        for name, _ in report.consequences.stages.most_common()
        if rules.stage_meaning(
            connection.id, VendorStage(id=name[:100], name=name), None, report.last_ms
        ).milestone
        == UNMAPPED
    ]
