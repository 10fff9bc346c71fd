"""Alertmanager payloads: every active breach, and the resolved ones an instance has not yet accepted; pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.alerting.alert_texts import assumptions, description, suggestion, summary
from schemas.alerting.breach import Breach
from schemas.alerting.kinds import kind_of
from schemas.text.plain import plain_text
from sinks.alertmanager import Alert

RESEND_INTERVAL = timedelta(seconds=60)
# An Alertmanager unreachable for ten minutes gives no false all-clear; an ending that is never sent takes effect by expiry.
CHAT_CONTROLS = str.maketrans({"<": "‹", ">": "›"})
ALERT_TTL = 15 * RESEND_INTERVAL
# A restarted dispatcher resends endings this recent, in case one was lost.
RESOLVED_RESEND_PERIOD = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Links:
    """The base URLs that alerts link to; empty if not configured. Without a runbook elsewhere it is the board's."""

    board: str = ""
    runbook: str = ""


@dataclass
class ActiveBreaches:
    """Every breach by id. `version` changes with every record."""

    breaches: dict[str, Breach] = field(default_factory=dict)
    version: int = 0

    def add(self, breach: Breach) -> None:
        """Store the latest record of a breach."""
        self.breaches[breach.id] = breach
        self.version += 1

    def due(self, now: datetime, ended: Collection[str]) -> list[Breach]:
        """The breaches to send to an instance that has accepted the endings in `ended`: active and recently resolved ones."""
        return [
            breach
            for breach in self.breaches.values()
            if breach.active or (breach.id not in ended and _recently_resolved(breach, now))
        ]


def _recently_resolved(breach: Breach, now: datetime) -> bool:
    """Whether it was resolved recently and after it was reported; a breach that was over when found was never sent."""
    return (
        breach.ended is not None
        and breach.ended != breach.told
        and now - breach.ended < RESOLVED_RESEND_PERIOD
    )


def to_alert(breach: Breach, links: Links, now: datetime) -> Alert:
    """A breach in Alertmanager's format. The labels are its identity and never change while it is active."""
    annotations = {
        "summary": without_mentions(summary(breach)),
        "description": without_mentions(description(breach)),
        "suggestion": without_mentions(suggestion(breach)),
    }
    if stated := assumptions(breach):
        annotations["assumptions"] = without_mentions(stated)
    if runbook := _runbook(breach, links):
        annotations["runbook_url"] = runbook
    if links.board:
        annotations["board_url"] = f"{links.board}?breach={breach.id}"
    ends = now + ALERT_TTL if breach.ended is None else breach.ended
    payload: Alert = {
        "labels": alert_labels(breach),
        "annotations": annotations,
        "startsAt": breach.told.isoformat(),
        "endsAt": ends.isoformat(),
    }
    if links.board:
        payload["generatorURL"] = annotations["board_url"]
    return payload


def _runbook(breach: Breach, links: Links) -> str:
    """The section of the runbook: of the one that is configured, else of the board's."""
    base = links.runbook or (links.board and f"{links.board}runbook?lang={breach.language}")
    return base and f"{base}#{kind_of(breach).alert_name.lower()}"


def without_mentions(text: str) -> str:
    """Return the text without what a chat acts on: Slack's `<!channel>`, `<@user>` and links, and control characters.

    Alertmanager's templates pass annotations on as they are (https://api.slack.com/reference/surfaces/formatting).
    """
    lines = (plain_text(line).translate(CHAT_CONTROLS) for line in text.split("\n"))
    return "\n".join(lines)


def alert_labels(breach: Breach) -> dict[str, str]:
    """The identity of the alert; a person is distinguished only by the breach's own id."""
    result = {
        "alertname": kind_of(breach).alert_name,
        "breach": breach.id,
        "tenant": breach.tenant,
        "rule": breach.rule,
        "kpi": breach.kpi,
        "dimension": breach.dimension,
        "severity": breach.severity,
        "owner": breach.owner,
        "language": breach.language,
    }
    return result if breach.personal else result | {"member": breach.member}
