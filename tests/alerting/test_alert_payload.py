"""Alertmanager receives an identity without people, messages, and an end that is never far away."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schemas.alerting.breach import Breach
from sinks.alertmanager import Alert
from streams.alerting.alert_payload import ALERT_TTL, ActiveBreaches, Links, alert_labels, to_alert
from tests.schemas.alerting.test_reconcile import FIRST, bad, breaches_after, good

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def open_breach() -> Breach:
    """An active breach."""
    return breaches_after(bad(0), FIRST)[0]


def resolved_breach(after: timedelta = timedelta(minutes=5)) -> Breach:
    """The same breach, resolved."""
    (only,) = breaches_after(bad(0) | good(1), FIRST + 1, [open_breach()])
    return only.model_copy(update={"ended": only.told + after})


def test_an_alert_says_what_where_and_what_to_do() -> None:
    """An alert has a summary, evidence, a suggestion and links."""
    payload = to_alert(
        open_breach(), Links(board="https://b.example", runbook="https://r.example"), NOW
    )

    assert payload["annotations"]["summary"].startswith("媒体「doda」の書類通過率が 0.0% です")
    assert "独立" in payload["annotations"]["assumptions"]
    assert payload["annotations"]["runbook_url"] == "https://r.example#hirelayofftarget"
    assert payload["annotations"]["board_url"].startswith("https://b.example?breach=")
    assert datetime.fromisoformat(payload["endsAt"]) - NOW == ALERT_TTL


def test_an_ended_alert_ends_when_it_ended() -> None:
    """A resolved alert ends at the breach's ending time, however late it is sent."""
    payload = to_alert(resolved_breach(), Links(), NOW + timedelta(minutes=20))

    assert datetime.fromisoformat(payload["endsAt"]) == resolved_breach().ended
    assert payload["labels"] == alert_labels(open_breach())


def test_no_label_names_a_person() -> None:
    """Alerts about two interviewers differ only by a breach id that identifies nobody."""
    person = open_breach().model_copy(update={"dimension": "interviewer", "member": "user-4711"})

    assert "4711" not in str(to_alert(person, Links(board="https://b.example"), NOW))


def test_an_ending_is_told_until_it_is_taken() -> None:
    """An ending is sent until the instance has accepted it, and not again afterwards."""
    active = ActiveBreaches()
    active.add(resolved_breach())
    later = NOW + timedelta(hours=2)

    assert [breach.id for breach in active.due(later, set())] == [resolved_breach().id]
    assert active.due(later, {resolved_breach().id}) == []
    assert active.due(NOW + timedelta(days=3), set()) == []


def test_ten_minutes_without_alertmanager_lose_and_double_nothing() -> None:
    """After an outage of ten minutes, an active breach has fired once and one that opened meanwhile is sent."""
    alertmanager, active = FakeAlertmanager(), ActiveBreaches()
    active.add(open_breach())
    other = open_breach().model_copy(update={"id": "f" * 16, "told": NOW + timedelta(minutes=9)})
    resolved = resolved_breach(timedelta(minutes=30))
    for minute in range(40):
        now = NOW + timedelta(minutes=minute)
        if minute == 9:
            active.add(other)
        if minute == 30:
            active.add(resolved)
        if not 5 <= minute < 15:
            alertmanager.accept(
                [
                    to_alert(breach, Links(), now)
                    for breach in active.due(now, alertmanager.resolved)
                ]
            )
        alertmanager.record_changes(now)

    assert alertmanager.changes[open_breach().id] == ["firing", "resolved"]
    assert alertmanager.changes[other.id] == ["firing"]


@dataclass
class FakeAlertmanager:
    """Behaves like Alertmanager: an alert fires until its `endsAt`."""

    ends: dict[str, datetime] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)

    def accept(self, alerts: list[Alert]) -> None:
        """Accept one request."""
        for alert_ in alerts:
            self.ends[alert_["labels"]["breach"]] = datetime.fromisoformat(alert_["endsAt"])

    def record_changes(self, now: datetime) -> None:
        """Record the state changes up to now."""
        for name, ends in self.ends.items():
            state = "firing" if now < ends else "resolved"
            states = self.changes.setdefault(name, [])
            if states[-1:] != [state]:
                states.append(state)


def test_what_was_over_when_it_was_found_is_never_told() -> None:
    """Importing history sends no alerts."""
    (past,) = breaches_after(bad(0) | good(1), FIRST + 1)
    active = ActiveBreaches()
    active.add(past)

    assert past.state == "resolved"
    assert active.due(NOW, set()) == []
