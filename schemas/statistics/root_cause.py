"""Root causes of an excess across dimensions: a greedy scan of all combinations by their Poisson likelihood (reference §5.3).

Leaves are the finest combinations of dimension values, each with counted and expected cases. A cell of a cuboid fixes one to four
dimensions; its log likelihood ratio is k·ln(k/e) − (k − e), less a penalty for the number of cells that were searched and for each
further dimension. The best cell is taken, its leaves are expected to have what they have, and the scan repeats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]

MAX_DIMENSIONS = 4
PENALTY = 1.0  # per logarithm of the cells searched, and 1.5 times it per further dimension
MIN_SCORE = 5.0
MIN_SHARE = 0.1  # of the total excess that a cause explains
SHRINKAGE = 20.0  # cases by which a value's past is drawn to the whole, and a leaf's to the product of its values
EXPONENT = 0.7  # of the product form, because the effects of dimensions overlap


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """The finest combination of dimension values: cases that count out of all, now and before."""

    values: tuple[str, ...]
    count: float
    n: float
    past_count: float
    past_n: float


@dataclass(frozen=True, kw_only=True)
class RootCause:
    """A combination of values by dimension whose `count` exceeds what is `expected`; negative excess for `falls`."""

    values: Mapping[str, str]
    count: float
    expected: float
    score: float


def find_root_causes(
    dimensions: Sequence[str], leaves: Sequence[Leaf], *, falls: bool = False, limit: int = 2
) -> list[RootCause]:
    """At most `limit` combinations that explain an excess of counted cases, or a lack of them if `falls`; the clearest first."""
    if not leaves:
        return []
    codes = np.array(
        [
            [values.index(leaf.values[d]) for leaf in leaves]
            for d in range(len(dimensions))
            for values in [_values(leaves, d)]
        ]
    )
    counted = np.array([leaf.count for leaf in leaves])
    expected = _expected(leaves, codes)
    total_excess = max(_excess(counted, expected, falls=falls), 1e-9)
    causes: list[RootCause] = []
    while len(causes) < limit:
        score, chosen, rows = _best_cell(codes, counted, expected, falls=falls)
        k, e = float(counted[rows].sum()), float(expected[rows].sum())
        if score < MIN_SCORE or abs(k - e) < MIN_SHARE * total_excess:
            break
        leaf = leaves[int(np.flatnonzero(rows)[0])]
        values = {dimensions[d]: leaf.values[d] for d in chosen}
        causes.append(RootCause(values=values, count=k, expected=e, score=score))
        expected[rows] *= k / e
    return causes


def _values(leaves: Sequence[Leaf], dimension: int) -> list[str]:
    return sorted({leaf.values[dimension] for leaf in leaves})


def _expected(leaves: Sequence[Leaf], codes: Codes) -> Numbers:
    """The expected cases of each leaf from its shrunk past, which is drawn to the product of its values' pasts."""
    x = np.array([leaf.past_count for leaf in leaves])
    n = np.array([leaf.past_n for leaf in leaves])
    overall = max(float(x.sum()) / max(float(n.sum()), 1e-9), 1e-9)
    product = np.full(len(leaves), overall)
    for code in codes:
        by_value, cases = np.bincount(code, x), np.bincount(code, n)
        rate = (by_value + SHRINKAGE * overall) / (cases + SHRINKAGE)
        product *= (rate[code] / overall) ** EXPONENT
    shrunk = (x + SHRINKAGE * product) / (n + SHRINKAGE)
    now = np.array([leaf.n for leaf in leaves])
    expected: Numbers = np.clip(shrunk, 1e-4, 1.0) * now
    return expected


def _excess(counted: Numbers, expected: Numbers, *, falls: bool) -> float:
    difference = expected - counted if falls else counted - expected
    return float(difference.sum())


def _best_cell(
    codes: Codes, counted: Numbers, expected: Numbers, *, falls: bool
) -> tuple[float, tuple[int, ...], NDArray[np.bool_]]:
    """The highest score of any cell, its dimensions and its leaves."""
    best: tuple[float, tuple[int, ...], NDArray[np.bool_]] = (
        -np.inf,
        (),
        np.zeros(len(counted), bool),
    )
    for size in range(1, min(MAX_DIMENSIONS, len(codes)) + 1):
        for chosen in combinations(range(len(codes)), size):
            _, cell = np.unique(codes[list(chosen)], axis=1, return_inverse=True)
            cell = cell.reshape(-1)
            k, e = np.bincount(cell, counted), np.maximum(np.bincount(cell, expected), 1e-9)
            worse = k < e if falls else k > e
            ratio = np.where(
                worse, np.where(k > 0, k * np.log(np.maximum(k, 1e-9) / e), 0.0) - (k - e), 0.0
            )
            scores = ratio - PENALTY * (log(len(k) + 1) + 1.5 * (size - 1))
            top = int(scores.argmax())
            if scores[top] > best[0]:
                best = float(scores[top]), chosen, cell == top
    return best
