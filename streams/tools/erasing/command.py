"""`hirelay erase`: run it with a progress bar, and report what was found, written and proven."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from streams.configuration.settings import Settings
from streams.tools import auditing
from streams.tools.erasing.erase import Request, plan_erasure
from streams.tools.erasing.plan import ErasurePlan
from streams.tools.erasing.rewrite_log import Step, apply_rewriting, finish_interrupted

MOST_NAMES = 20
EVERY = 500  # records between two updates of the screen
AFTERWARDS = (
    "Next: start every role, then `hirelay replay` (a local stack does both with `hirelay up`): it makes the state of "
    "workers anew and removes the old one. Then this command finds nothing, and `hirelay verify` is exact."
)


@dataclass(frozen=True, kw_only=True)
class ErasureReport:
    """What was found in each place, and, once it is written, what a second search still finds (`remaining`).

    `events` counts events and `copies` those among them that workers sent to other partitions; `unreadable` counts
    quarantined deliveries that no key opens; `spooled` deliveries and damaged files in the gateway's spool, which nobody
    has searched, None while the gateway has it open.
    """

    tenant: str
    candidates: list[str]
    applications: list[str]
    events: int
    copies: int
    records: int
    quarantined: int
    unreadable: int
    ledger_records: int
    cells: int
    changed_cells: int
    spooled: int | None
    at: str
    expired: bool
    finished_earlier: bool = False
    applied: bool = False
    remaining: int | None = None

    @property
    def found(self) -> bool:
        """Whether anything names the person, or was finished."""
        return bool(self.events or self.quarantined or self.ledger_records or self.finished_earlier)

    def as_json(self) -> str:
        """Return the whole report."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_text(self) -> str:
        """Return a sentence per fact."""
        lines = ["An erasure that was interrupted is finished."] if self.finished_earlier else []
        if not (self.events or self.quarantined or self.ledger_records):
            return "\n".join([*lines, self._nothing()])
        verb = "were rewritten" if self.applied else "would be rewritten"
        lines += [
            f"Candidates {_names(self.candidates)} with applications {_names(self.applications)}:",
            f"  {self.events} events ({self.copies} of them copies) in {self.records} records {verb}",
            f"  {self.quarantined} quarantined deliveries that mention an id {'are' if self.applied else 'would be'} removed",
            f"  {self.ledger_records} records of the relay's ledger {verb}; their counts stay",
            f"  {self.cells} cells compared: {self.changed_cells} would change",
        ]
        if self.unreadable:
            lines.append(
                f"  {self.unreadable} quarantined deliveries open with no key and cannot be searched; they end with `quarantine_days`"
            )
        lines += self._spool_lines()
        if self.applied:
            lines += [
                f"Searched again: {self.remaining} events or records name them.",
                AFTERWARDS,
            ]
        else:
            lines.append("Nothing was written. Stop the gateway and every role, then add --apply.")
        return "\n".join(lines)

    def _nothing(self) -> str:
        if self.expired:
            return f"No candidate of {self.tenant} has expired."
        return f"Nothing of {self.tenant} names this person."

    def _spool_lines(self) -> list[str]:
        if self.spooled == 0:
            return []
        number = "what" if self.spooled is None else f"{self.spooled} deliveries that"
        return [
            f"  {number} the gateway's spool holds: not searched; --apply refuses until it is empty"
        ]


def run(
    settings: Settings, request: Request, now: datetime, console: Console, *, apply: bool
) -> ErasureReport:
    """Plan, and carry out with `apply`. Raise Unavailable, Malformed and Misconfigured."""
    with show_steps(console) as step:
        finished = apply and finish_interrupted(settings, now)
        plan = plan_erasure(settings, request, now, step)
        report = _report(plan, request, now, finished_earlier=finished)
        if not apply or plan.is_empty:
            return report
        apply_rewriting(settings, plan, now, step)
        detail = f"{plan.events} events, {len(plan.dropped)} quarantined deliveries"
        people = "expired candidates" if request.expired else "a person"
        auditing.note(settings, "erased", people, detail, request.tenant)
        again = plan_erasure(settings, request, now, step, plan.person.ids)
        remaining = again.events + again.ledger_records + len(again.dropped)
        return replace(report, applied=True, remaining=remaining)


def _report(
    plan: ErasurePlan, request: Request, now: datetime, *, finished_earlier: bool
) -> ErasureReport:
    return ErasureReport(
        tenant=plan.person.tenant,
        candidates=plan.person.of_kind("candidate"),
        applications=plan.person.of_kind("application"),
        events=plan.events,
        copies=plan.copies,
        records=plan.records,
        quarantined=len(plan.dropped),
        unreadable=plan.unreadable,
        ledger_records=plan.ledger_records,
        cells=plan.cells,
        changed_cells=plan.changed_cells,
        spooled=plan.spooled,
        at=now.isoformat(),
        expired=request.expired,
        finished_earlier=finished_earlier,
    )


def _names(ids: Sequence[str]) -> str:
    """Return the ids, or only how many there are if they are too many to read."""
    return ", ".join(ids) or "–" if len(ids) <= MOST_NAMES else f"({len(ids)}, see --format json)"


@contextmanager
def show_steps(console: Console) -> Iterator[Step]:
    """Show each step and how many records it has passed."""
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("reading", total=None)

        def step(name: str, done: int) -> None:
            if done % EVERY == 1:
                bar.update(task, description=f"{name}: {done:,}")

        yield step
