"""Memory that was freed between what is kept goes back to the operating system."""

import ctypes
from pathlib import Path

import pytest

from streams.worker import heap

BLOCK, BLOCKS = 2_000, 30_000  # above what Python pools itself, below what glibc maps by the piece


def anonymous_bytes() -> int:
    """Return the resident memory without mapped files."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="glibc only")
def test_freed_memory_is_released() -> None:
    """A block at the end of the heap no longer keeps what was freed before it."""
    blocks = [bytes(BLOCK) for _ in range(BLOCKS)]
    kept = blocks[::1000]
    del blocks
    before = anonymous_bytes()
    heap.release()

    assert before - anonymous_bytes() > BLOCK * BLOCKS / 2
    assert len(kept) == BLOCKS // 1000
