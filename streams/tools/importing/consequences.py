"""What an import comes to: applications, hires, offers and interviews, by month, with the days that they took."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from streams.tools.importing.events import RowEvent
from streams.tools.importing.settling.settle import Settled
from streams.tools.importing.stages import stage_milestone

ENDINGS = ("hired", "rejected", "withdrawn", "closed")
MOVED = "application.stage_changed"
# An offer was made to whoever is in one of these stages, and accepted in the last one.
BY_STAGE = {("offer", "accepted"): "offers", ("accepted",): "offers accepted"}
COUNTED = {
    "offer.sent": "offers",
    "offer.accepted": "offers accepted",
    "offer.declined": "offers declined",
    "interview.scheduled": "interviews scheduled",
    "interview.completed": "interviews held",
    "feedback.submitted": "scorecards",
    "employment.started": "joins",
    "employment.ended": "leaves",
    "cost.recorded": "costs",
}
MAX_KEPT = 200_000  # durations of which the median is exact; beyond, that of the first ones


@dataclass
class Consequences:
    """Counts over all applications of a run; `months` counts by month and name, `meaning` is the milestone of a stage."""

    totals: Counter[str] = field(default_factory=Counter)
    months: dict[str, Counter[str]] = field(default_factory=dict)
    days: dict[str, list[int]] = field(default_factory=dict)
    stages: Counter[str] = field(default_factory=Counter)
    meaning: Callable[[str], str] = stage_milestone

    def add(self, settled: Settled) -> None:
        """Count one entity."""
        events = settled.events
        created = next((e.fact.when.day for e in events if e.type == "application.created"), None)
        for event in distinct_interviews(events):
            if event.type == MOVED:
                self.stages[event.stage] += 1
            elif event.type in COUNTED:
                self._count(COUNTED[event.type], event.fact.when.day)
        if settled.is_application and events and not settled.is_orphan:
            self._count("applications", created or events[0].fact.when.day)
        self._count_stages(events)
        endings = [(name, e) for e in events if (name := self._ending(e)) is not None]
        if endings:
            self._end(*endings[-1], created)

    def _count_stages(self, events: tuple[RowEvent, ...]) -> None:
        """Count the offer that stages tell, if the application has none of its own."""
        if any(event.type.startswith("offer.") for event in events):
            return
        reached = {self.meaning(e.stage): e for e in events if e.type == MOVED}
        for milestone, name in BY_STAGE.items():
            event = next((reached[m] for m in milestone if m in reached), None)
            if event is not None:
                self._count(name, event.fact.when.day)

    def _ending(self, event: RowEvent) -> str | None:
        if event.type == MOVED:
            return "hired" if self.meaning(event.stage) == "hired" else None
        name = event.type.removeprefix("application.")
        return name if name in ENDINGS else None

    def _end(self, name: str, ending: RowEvent, created: date | None) -> None:
        self._count(name, ending.fact.when.day)
        kept = self.days.setdefault(name, [])
        if created is not None and not ending.fact.undated and len(kept) < MAX_KEPT:
            kept.append((ending.fact.when.day - created).days)

    def _count(self, name: str, day: date) -> None:
        self.totals[name] += 1
        self.months.setdefault(f"{day:%Y-%m}", Counter())[name] += 1

    def median_days(self, name: str) -> float | None:
        """The median of the days from the application to that ending, None if there is none with both days."""
        return median(self.days[name]) if self.days.get(name) else None


def distinct_interviews(events: tuple[RowEvent, ...]) -> Iterator[RowEvent]:
    """The events, with one of those that tell that an interview was held."""
    interviews: set[tuple[str, int]] = set()
    for event in events:
        if event.type == "interview.completed":
            key = (event.fact.slot, event.number)
            if key in interviews:
                continue
            interviews.add(key)
        yield event
