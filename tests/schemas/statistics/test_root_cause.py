"""The scan names the combination that explains an excess, and nothing else."""

import numpy as np

from schemas.statistics.root_cause import Leaf, find_root_causes

DIMENSIONS = ("channel", "job", "interviewer")


def company(cause: dict[str, str], factor: float) -> list[Leaf]:
    """Sixty leaves that fail as before, except for those of the cause."""
    rng = np.random.default_rng(5)
    leaves = []
    for channel in "abcde":
        for job in "xyz":
            for person in "1234":
                values = {"channel": channel, "job": job, "interviewer": person}
                rate = 0.2 * (factor if cause.items() <= values.items() else 1.0)
                leaves.append(
                    Leaf(
                        values=tuple(values.values()),
                        count=float(rng.binomial(30, rate)),
                        n=30.0,
                        past_count=float(rng.binomial(300, 0.2)),
                        past_n=300.0,
                    )
                )
    return leaves


def test_a_combination_of_two_dimensions_is_named() -> None:
    """Rejections tripled where channel b sends to job y, and in no other combination."""
    (cause,) = find_root_causes(DIMENSIONS, company({"channel": "b", "job": "y"}, 3))

    assert cause.values == {"channel": "b", "job": "y"}
    assert cause.count > 2 * cause.expected


def test_a_whole_channel_is_one_cause() -> None:
    """A channel that fails everywhere is not split by job or interviewer."""
    (cause,) = find_root_causes(DIMENSIONS, company({"channel": "b"}, 2))

    assert cause.values == {"channel": "b"}


def test_a_lack_is_found_as_well() -> None:
    """Counted cases that vanished are found with the sign reversed."""
    leaves = company({"interviewer": "3"}, 0.2)
    (cause,) = find_root_causes(DIMENSIONS, leaves, falls=True)

    assert cause.values == {"interviewer": "3"} and cause.count < cause.expected
    assert find_root_causes(DIMENSIONS, leaves) == []


def test_chance_has_no_cause() -> None:
    """When everything is as before, nothing is named, and without leaves neither."""
    assert find_root_causes(DIMENSIONS, company({}, 1)) == []
    assert find_root_causes(DIMENSIONS, []) == []
