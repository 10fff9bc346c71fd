"""The loop in which a role measures what waits for it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from aiokafka.errors import KafkaError

from schemas.kafka.lag import Offsets, RoleLag, TopicLag

log = logging.getLogger(__name__)

LOOK_S = 5.0


async def measured(
    look: Callable[[], Awaitable[tuple[Offsets, Offsets]]],
    show: Callable[[Mapping[str, TopicLag]], None],
) -> None:
    """Measure for ever; `look` gives ends and what is done. While the broker is away the last measure stands."""
    backlog = RoleLag()
    while True:
        try:
            ends, done = await look()
        except (KafkaError, TimeoutError) as error:
            log.warning("lag not measured", extra={"reason": type(error).__name__})
        else:
            show(backlog.look(ends, done, time.monotonic()))
        await asyncio.sleep(LOOK_S)
