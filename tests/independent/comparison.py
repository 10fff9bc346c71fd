"""Compares the fold with the independent reading on one story, and makes a story that differs as short as it gets."""

from collections.abc import Callable

from schemas.cells import CellKey, Cells, Tally
from schemas.funnel.rules import TenantRules
from streams.tools.verify.independent.log import Log
from streams.tools.verify.independent.reading import count, without_diagnostics
from streams.tools.verify.oracle import Oracle
from tests.independent.companies import mapping, snapshot
from tests.independent.stories import Story, as_table


def folded(story: Story) -> Cells:
    """The cells by the fold, as the worker and `hirelay verify` count them."""
    oracle = Oracle()
    for offset, record in enumerate(story.records):
        oracle.add(offset, record)
    assert not oracle.poison, as_table(story)
    return without_diagnostics(oracle.cells(TenantRules(snapshot(story.company))))


def read(story: Story) -> Cells:
    """The cells by the independent reading."""
    log = Log()
    for offset, record in enumerate(story.records):
        log.add(offset, record)
    cells: Cells = {}
    for (tenant, _), events in log.stories():
        for key, tally in count(events, tenant, mapping(story.company)).items():
            sums = cells.setdefault(key, {})
            for measure, n in tally.items():
                sums[measure] = sums.get(measure, 0) + n
    return cells


Difference = tuple[CellKey, Tally, Tally]


def differences(story: Story) -> list[Difference]:
    """The measures that differ: cell, by the fold, by the reading."""
    fold, reading = folded(story), read(story)
    return [
        (key, *_differing(fold.get(key, {}), reading.get(key, {})))
        for key in sorted(fold.keys() | reading.keys())
        if fold.get(key, {}) != reading.get(key, {})
    ]


def _differing(first: Tally, second: Tally) -> tuple[Tally, Tally]:
    names = {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}
    return (
        {name: first[name] for name in sorted(names) if name in first},
        {name: second[name] for name in sorted(names) if name in second},
    )


def shrunk(
    story: Story, differs: Callable[[Story], bool] = lambda s: bool(differences(s))
) -> Story:
    """The shortest story found that still differs, by leaving out one event after another."""
    number = 0
    while number < len(story.events):
        shorter = story.without(number)
        if shorter.events and differs(shorter):
            story, number = shorter, 0
        else:
            number += 1
    return story


def explained(story: Story) -> str:
    """The shortest form of a story that differs, and where."""
    short = shrunk(story)
    lines = [as_table(short)]
    for key, fold, reading in differences(short)[:12]:
        where = f"{key.dimension}/{key.member} {key.day} {key.basis}"
        lines.append(f"  {where}: the fold counts {fold}, the reading {reading}")
    return "\n".join(lines)
