"""`hirelay rekey`: run it, and report what moved under which key."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from rich.console import Console

from streams.configuration.settings import Settings
from streams.tools import auditing
from streams.tools.erasing.command import show_steps
from streams.tools.erasing.rewrite_log import apply_rewriting, finish_interrupted
from streams.tools.rekeying.plan import RekeyPlan, plan_rekeying

FIRST_KEY = "the first key"


@dataclass(frozen=True, kw_only=True)
class RekeyReport:
    """Ids by the key that they move from (`moved`), and, once it is written, how many a second search still finds.

    `unknown` counts ids that no listed key has made; `spooled` deliveries in the gateway's spool, None while it is open.
    """

    tenant: str
    key: str
    moved: dict[str, int] = field(default_factory=dict)
    events: int
    ledger_records: int
    unknown: int
    cells: int
    changed_cells: int
    spooled: int | None
    finished_earlier: bool = False
    applied: bool = False
    remaining: int | None = None

    def as_json(self) -> str:
        """Return the whole report."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_text(self) -> str:
        """Return a sentence per fact."""
        lines = ["A rewriting that was interrupted is finished."] if self.finished_earlier else []
        if self.unknown:
            lines.append(
                f"{self.unknown} ids were made under no key that is listed and stay: is one missing in `previous_person_keys`?"
            )
        if not self.moved:
            return "\n".join([*lines, f"Everybody of {self.tenant} is known under {self.key}."])
        verb = "moved" if self.applied else "would move"
        lines += [f"{n} ids {verb} from {name} to {self.key}," for name, n in self.moved.items()]
        lines += [
            f"  in {self.events} events and {self.ledger_records} records of the relay's ledger",
            f"  {self.cells} cells compared: {self.changed_cells} would change",
        ]
        return "\n".join([*lines, *self._next()])

    def _next(self) -> list[str]:
        if self.applied:
            return [
                f"Searched again: {self.remaining} events or records are under an older key.",
                "Next: start every role, then `hirelay replay` (a local stack does both with `hirelay up`). Keep "
                "`previous_person_keys` for ever: with all of them a person who returns has the same id.",
            ]
        is_open = "" if self.spooled == 0 else " The gateway's spool has to be empty."
        return [f"Nothing was written. Stop the gateway and every role, then add --apply.{is_open}"]


def run(
    settings: Settings,
    tenant: str,
    environ: Mapping[str, str],
    now: datetime,
    *,
    apply: bool,
) -> RekeyReport:
    """Plan, and carry out with `apply`. Raise Unavailable, Malformed and Misconfigured."""
    with show_steps(Console(stderr=True)) as step:
        finished = apply and finish_interrupted(settings, now)
        plan = plan_rekeying(settings, tenant, environ, step)
        report = _report(plan, finished_earlier=finished)
        if not apply or plan.is_empty:
            return report
        apply_rewriting(settings, plan, now, step)
        detail = f"to {report.key}, {report.events} events"
        auditing.note(settings, "rekeyed", "ids of people", detail, tenant)
        again = plan_rekeying(settings, tenant, environ, step)
        remaining = again.rekeying.events + again.ledger_records
        return replace(report, applied=True, remaining=remaining)


def _report(plan: RekeyPlan, *, finished_earlier: bool) -> RekeyReport:
    rekeying = plan.rekeying
    return RekeyReport(
        tenant=rekeying.tenant,
        key=_name(rekeying.keys.generation),
        moved={_name(key): n for key, n in sorted(rekeying.generations().items())},
        events=rekeying.events,
        ledger_records=plan.ledger_records,
        unknown=len(rekeying.unknown),
        cells=plan.cells,
        changed_cells=plan.changed_cells,
        spooled=plan.spooled,
        finished_earlier=finished_earlier,
    )


def _name(generation: str) -> str:
    return f"key {generation}" if generation else FIRST_KEY
