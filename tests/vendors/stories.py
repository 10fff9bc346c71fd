"""For each vendor a few of its deliveries in the order in which they would come, and what they count, by hand.

They stand in `_story.json` beside the fixtures. The days are local to Asia/Tokyo; `today` stands where the vendor signs
the time of sending and tells no other.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.ingest.gateways import Fixture, fixture

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Story:
    """Names of fixtures, a channel, and the measures of the whole company by local day, on the decision basis."""

    vendor: str
    deliveries: tuple[str, ...]
    channel: str
    counts: dict[str, dict[str, int]]

    def told(self) -> list[Fixture]:
        """The deliveries."""
        return [fixture(FOLDER / self.vendor / f"{name}.json") for name in self.deliveries]

    def on(self, today: date) -> dict[date, dict[str, int]]:
        """The counts, told on that day."""
        return {
            today if day == "today" else date.fromisoformat(day): tally
            for day, tally in self.counts.items()
        }


def read(path: Path) -> Story:
    """The story of one vendor."""
    found = json.loads(path.read_text())
    found["deliveries"] = tuple(found["deliveries"])
    return Story(vendor=path.parent.name, **found)


STORIES = [read(path) for path in sorted(FOLDER.glob("*/_story.json"))]
