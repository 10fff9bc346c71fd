"""The independent reading of a whole log: the cells that it expects, and an application for each cell that differs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from schemas.cells import CellKey, Cells, without_zeros
from schemas.funnel.rules import TenantRules
from schemas.tenants.mapping_snapshot import MappingSnapshot, TenantMapping
from streams.tools.verify.independent.log import Application, Log
from streams.tools.verify.independent.reading import count
from streams.tools.verify.independent.told import Told
from streams.tools.verify.oracle import Oracle

Progress = Callable[[int, int], None]


@dataclass
class SecondReading:
    """The log, read a second time without the fold; a story that got no new event is not counted again."""

    log: Log = field(default_factory=Log)
    _counted: dict[Application, tuple[int, Cells]] = field(default_factory=dict)

    def cells(self, mapping: MappingSnapshot, progress: Progress) -> Cells:
        """Return the expected value of every cell under this configuration, which must be the same for every call."""
        cells: Cells = {}
        stories = list(self.log.stories())
        for number, (application, events) in enumerate(stories, start=1):
            progress(number, len(stories))
            for key, tally in self._cells_of(application, events, mapping).items():
                sums = cells.setdefault(key, {})
                for measure, n in tally.items():
                    sums[measure] = sums.get(measure, 0) + n
        return without_zeros(cells)

    def _cells_of(
        self, application: Application, events: Sequence[Told], mapping: MappingSnapshot
    ) -> Cells:
        counted = self._counted.get(application)
        if counted is None or counted[0] != len(events):
            tenant = application[0]
            configuration = mapping.tenants.get(tenant) or TenantMapping()
            counted = (len(events), count(events, tenant, configuration))
            self._counted[application] = counted
        return counted[1]

    def example(self, key: CellKey, oracle: Oracle, rules: TenantRules) -> str:
        """Return the id of an application on which the two readings of the cell differ, else of one that counts in it.

        Empty if neither reading counts any application in it.
        """
        counted_in = ""
        for application, (_, cells) in self._counted.items():
            if application[0] != key.tenant or application not in oracle.histories:
                continue
            by_fold = oracle.cells_of(application, rules).get(key, {})
            if by_fold != cells.get(key, {}):
                return application[1]
            if by_fold and not counted_in:
                counted_in = application[1]
        return counted_in
