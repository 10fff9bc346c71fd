"""What Alertmanager is told of a breach: an identity without people, a text, and an end that is never far."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schemas.alerting.breach import Breach
from sinks.alertmanager import Alert
from streams.alerting.alert_payload import LASTS, ActiveBreaches, Links, alert, labels
from tests.schemas.alerting.test_reconcile import FIRST, bad, good, told

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def opened() -> Breach:
    """A breach that goes on."""
    return told(bad(0), FIRST)[0]


def ended(after: timedelta = timedelta(minutes=5)) -> Breach:
    """The same, over."""
    (only,) = told(bad(0) | good(1), FIRST + 1, [opened()])
    return only.model_copy(update={"ended": only.told + after})


def test_an_alert_says_what_where_and_what_to_do() -> None:
    """Summary, evidence, suggestion and links."""
    made = alert(opened(), Links(board="https://b.example", runbook="https://r.example"), NOW)

    assert made["annotations"]["summary"].startswith("媒体「doda」の書類通過率が 0.0% です")
    assert made["annotations"]["runbook_url"] == "https://r.example#hirelayofftarget"
    assert made["annotations"]["board_url"].startswith("https://b.example?breach=")
    assert datetime.fromisoformat(made["endsAt"]) - NOW == LASTS


def test_an_ended_alert_ends_when_it_ended() -> None:
    """However late it is told."""
    made = alert(ended(), Links(), NOW + timedelta(minutes=20))

    assert datetime.fromisoformat(made["endsAt"]) == ended().ended
    assert made["labels"] == labels(opened())


def test_no_label_names_a_person() -> None:
    """Two interviewers' alerts differ by an id that is nobody's."""
    person = opened().model_copy(update={"dimension": "interviewer", "member": "user-4711"})

    assert "4711" not in str(alert(person, Links(board="https://b.example"), NOW))


def test_an_ending_is_told_until_it_is_taken() -> None:
    """An instance that was away hears of it; one that took it does not hear of it again."""
    board = ActiveBreaches()
    board.note(ended())
    later = NOW + timedelta(hours=2)

    assert [each.id for each in board.due(later, set())] == [ended().id]
    assert board.due(later, {ended().id}) == []
    assert board.due(NOW + timedelta(days=3), set()) == []


def test_ten_minutes_without_alertmanager_lose_and_double_nothing() -> None:
    """Said every minute before and after, an episode that goes on fires once, and one that began in between is told after."""
    held, board = Held(), ActiveBreaches()
    board.note(opened())
    other = opened().model_copy(update={"id": "f" * 16, "told": NOW + timedelta(minutes=9)})
    over = ended(timedelta(minutes=30))
    for minute in range(40):
        now = NOW + timedelta(minutes=minute)
        if minute == 9:
            board.note(other)
        if minute == 30:
            board.note(over)
        if not 5 <= minute < 15:
            held.take([alert(each, Links(), now) for each in board.due(now, held.over)])
        held.look(now)

    assert held.changes[opened().id] == ["firing", "resolved"]
    assert held.changes[other.id] == ["firing"]


@dataclass
class Held:
    """What an Alertmanager makes of what it is sent: it fires until `endsAt` has come."""

    ends: dict[str, datetime] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def take(self, alerts: list[Alert]) -> None:
        """One request."""
        for each in alerts:
            self.ends[each["labels"]["breach"]] = datetime.fromisoformat(each["endsAt"])

    def look(self, now: datetime) -> None:
        """Note what has changed by now."""
        for name, ends in self.ends.items():
            state = "firing" if now < ends else "resolved"
            known = self.changes.setdefault(name, [])
            if known[-1:] != [state]:
                known.append(state)


def test_what_was_over_when_it_was_found_is_never_told() -> None:
    """Importing the past wakes nobody."""
    (past,) = told(bad(0) | good(1), FIRST + 1)
    board = ActiveBreaches()
    board.note(past)

    assert past.state == "resolved"
    assert board.due(NOW, set()) == []
