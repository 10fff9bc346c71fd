"""Read all files of a run, and settle what they say of each application."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from streams.tools.importing.readings import Reading
from streams.tools.importing.settling.day_order import DayOrder
from streams.tools.importing.settling.settle import Settled, SettleOptions, settle
from streams.tools.importing.settling.staging import Staging
from streams.tools.importing.source import ImportSource


@dataclass(frozen=True, kw_only=True)
class PlanOptions:
    """What a run needs beside its files: the instant, the largest event in bytes, and the order of stages by name."""

    now: datetime
    max_bytes: int
    zone: ZoneInfo
    pipeline: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """The files of a run, read: `settled` begins anew at each call. Use it as a context, which deletes what it stored."""

    sources: tuple[ImportSource, ...]
    staging: Staging
    options: PlanOptions

    def read(self) -> Iterator[Reading]:
        """Read and store all rows; must be exhausted once before `settled`."""
        for source in self.sources:
            yield from self.staging.add(source.readings())

    def settled(self) -> Iterator[Settled]:
        """What the run says of each entity."""
        backwards = (file for file, way in self.staging.directions.items() if way.is_backwards)
        order = DayOrder(
            zone=self.options.zone, pipeline=self.options.pipeline, backwards=frozenset(backwards)
        )
        options = SettleOptions(
            order=order,
            files=tuple(source.path.name for source in self.sources),
            now=self.options.now,
            max_bytes=self.options.max_bytes,
        )
        return settle(self.staging, options)

    def __enter__(self) -> "ImportPlan":
        """The plan."""
        return self

    def __exit__(self, *_: object) -> None:
        """Delete what was stored."""
        self.staging.close()


def open_plan(sources: tuple[ImportSource, ...], options: PlanOptions, folder: Path) -> ImportPlan:
    """A plan that stores what it reads in `folder`."""
    return ImportPlan(sources=sources, staging=Staging(folder / "rows.sqlite"), options=options)
