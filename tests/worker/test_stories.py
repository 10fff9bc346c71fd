"""A partition that keeps its applications in memory counts generated stories as the fold of all their events does."""

import pytest

from schemas.cells import CellKey, Cells, decode_cell, decode_key, without_zeros
from schemas.events import packs
from schemas.funnel.conversion import to_context_event, to_funnel_event
from schemas.funnel.rules import TenantRules
from streams.tools.verify.oracle import Oracle
from streams.worker.partition_state import PartitionState
from streams.worker.turns import run
from tests.independent.companies import snapshot
from tests.independent.stories import Story, story

STORIES = 400
SLICES = 4


def partition_cells(told: Story, rules: TenantRules) -> Cells:
    """The cells of a partition that never reads a row from its store."""
    state = PartitionState(lambda _key: None)
    for offset, record in enumerate(told.records):
        for index, accepted in enumerate(packs.decode_events(record)):
            tenant = accepted.tenant
            event = to_funnel_event(accepted, offset, index)
            context_event = to_context_event(accepted, offset, index)
            if event is not None:
                state.apply(tenant, accepted.subject, event, rules.for_tenant(tenant))
            elif context_event is not None:
                run(state.apply_context(tenant, context_event, rules.for_tenant(tenant)))
        run(state.count())
        state.offset = offset
    rows = run(state.drain()).cells
    return without_zeros({CellKey(*decode_key(key)): decode_cell(cell).m for key, cell in rows})


@pytest.mark.parametrize("part", range(SLICES))
def test_a_partition_counts_stories_as_the_fold_does(part: int) -> None:
    """Event by event, the cells become those of the fold of the whole story."""
    for seed in range(part, STORIES, SLICES):
        told = story(seed)
        rules, oracle = TenantRules(snapshot(told.company)), Oracle()
        for offset, record in enumerate(told.records):
            oracle.add(offset, record)

        assert partition_cells(told, rules) == oracle.cells(rules), f"seed {seed}"
