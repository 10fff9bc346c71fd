"""A stack's ports are next to each other, and stay its own before its roles have bound them."""

import random
import socket

import pytest

from schemas.errors import Unavailable
from streams.local.ports import BLOCK, FIRST, LAST, reserve


def test_two_stacks_never_share_a_port() -> None:
    """Also when both draw the same block, and neither has bound more than its guard."""
    first_guard, first = reserve(["kafka", "gateway"], random.Random(1))
    second_guard, second = reserve(["kafka", "gateway"], random.Random(1))
    with first_guard, second_guard:
        assert not set(first.values()) & set(second.values())
        assert list(first) == ["kafka", "gateway"]
        assert all(FIRST < port < LAST for port in (*first.values(), *second.values()))


def test_a_block_with_a_port_in_use_is_left_alone() -> None:
    """A stack that started again holds its ports without a guard."""
    guard, ports = reserve(["kafka", "gateway"], random.Random(2))
    guard.close()
    with socket.socket() as role:
        role.bind(("127.0.0.1", ports["gateway"]))
        again, others = reserve(["kafka", "gateway"], random.Random(2))
        again.close()

    assert not set(ports.values()) & set(others.values())


def test_more_ports_than_a_block_has_are_refused() -> None:
    """The error says how many."""
    names = [f"worker-{number}" for number in range(BLOCK)]
    with pytest.raises(Unavailable, match=f"no {BLOCK} free ports"):
        reserve(names, random.Random(3))
