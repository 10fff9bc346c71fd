"""What Alertmanager is to be told now: every breach that goes on, and the endings it has not taken yet; pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.alerting.breach import Breach
from schemas.alerting.messages import description, suggestion, summary
from sinks.alertmanager import Alert

# Their headings in the runbook: a KPI off its target, and cases that wait longer than a service level allows.
OFF_TARGET, OVERDUE = "HirelayOffTarget", "HirelayOverdue"
RESEND = timedelta(seconds=60)
# An Alertmanager that cannot be reached for ten minutes gives no false all-clear; an ending that is never told comes by itself.
LASTS = 15 * RESEND
ENDINGS_KEPT = timedelta(
    days=1
)  # a restarted dispatcher tells these again, should one have been lost


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where alerts lead to; empty where there is nothing."""

    board: str = ""
    runbook: str = ""


@dataclass
class ActiveBreaches:
    """Every breach by id. `version` changes with every record."""

    breaches: dict[str, Breach] = field(default_factory=dict)
    version: int = 0

    def note(self, breach: Breach) -> None:
        """Take a record."""
        self.breaches[breach.id] = breach
        self.version += 1

    def due(self, now: datetime, ended: Collection[str]) -> list[Breach]:
        """What an instance has to be told, which has taken these endings. An ended breach that was open only afterwards is news."""
        return [
            each
            for each in self.breaches.values()
            if each.active or (each.id not in ended and _recently(each, now))
        ]


def _recently(breach: Breach, now: datetime) -> bool:
    """Whether it ended after it was told, and not long ago; what was over when it was found was never told."""
    return (
        breach.ended is not None
        and breach.ended != breach.told
        and now - breach.ended < ENDINGS_KEPT
    )


def name(breach: Breach) -> str:
    """The name of its alert, by which receivers and the runbook tell the kinds apart."""
    return OFF_TARGET if breach.limit_days is None else OVERDUE


def alert(breach: Breach, links: Links, now: datetime) -> Alert:
    """A breach as Alertmanager takes it. The labels are its identity and never change while it goes on."""
    annotations = {
        "summary": summary(breach),
        "description": description(breach),
        "suggestion": suggestion(breach),
    }
    if links.runbook:
        annotations["runbook_url"] = f"{links.runbook}#{name(breach).lower()}"
    if links.board:
        annotations["board_url"] = f"{links.board}?breach={breach.id}"
    ends = now + LASTS if breach.ended is None else breach.ended
    told: Alert = {
        "labels": labels(breach),
        "annotations": annotations,
        "startsAt": breach.told.isoformat(),
        "endsAt": ends.isoformat(),
    }
    if links.board:
        told["generatorURL"] = annotations["board_url"]
    return told


def labels(breach: Breach) -> dict[str, str]:
    """The identity of the alert; a person is told apart by nothing but the breach's own id."""
    found = {
        "alertname": name(breach),
        "breach": breach.id,
        "tenant": breach.tenant,
        "rule": breach.rule,
        "kpi": breach.kpi,
        "dimension": breach.dimension,
        "severity": breach.severity,
        "owner": breach.owner,
        "language": breach.language,
    }
    return found if breach.personal else found | {"member": breach.member}
