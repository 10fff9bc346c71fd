"""Loads each vendor's story: a few deliveries in order of arrival, and their counts, calculated by hand.

Stories are in `_story.json` beside the fixtures. Days are local to Asia/Tokyo; `today` is used if the vendor sends only
the signed time of sending.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.ingest.gateways import Fixture, fixture

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Story:
    """Fixture names, a channel, and the company-wide measures by local day, on the decision basis."""

    vendor: str
    deliveries: tuple[str, ...]
    channel: str
    counts: dict[str, dict[str, int]]

    def fixtures(self) -> list[Fixture]:
        """Return the deliveries."""
        return [fixture(FOLDER / self.vendor / f"{name}.json") for name in self.deliveries]

    def counts_by_day(self, today: date) -> dict[date, dict[str, int]]:
        """Return the counts by day, with `today` resolved."""
        return {
            today if day == "today" else date.fromisoformat(day): tally
            for day, tally in self.counts.items()
        }


def read(path: Path) -> Story:
    """Read one vendor's story."""
    content = json.loads(path.read_text())
    content["deliveries"] = tuple(content["deliveries"])
    return Story(vendor=path.parent.name, **content)


STORIES = [read(path) for path in sorted(FOLDER.glob("*/_story.json"))]
