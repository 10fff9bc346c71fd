"""The broker of a stopped local stack, without any role."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import Unavailable
from streams.configuration.settings import Settings
from streams.local.stack import Stack


@contextmanager
def broker_alone(state: Path, config: Path | None = None) -> Iterator[Settings]:
    """Run the broker while the block lasts; raise Unavailable if the stack runs or was never started."""
    if not (state / "kafka").is_dir():
        raise Unavailable("state", f"{state} has no data of a stack")
    stack = Stack(state, config)
    try:
        stack.start_kafka()
        yield stack.settings
    finally:
        stack.stop()
