"""The loop in which a role measures its consumer lag."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from aiokafka.errors import KafkaError

from schemas.kafka.lag import Offsets, RoleLag, TopicLag

log = logging.getLogger(__name__)

INTERVAL_S = 5.0


async def measure_forever(
    read_offsets: Callable[[], Awaitable[tuple[Offsets, Offsets]]],
    publish: Callable[[Mapping[str, TopicLag]], None],
) -> None:
    """Measure forever; `read_offsets` returns end offsets and processed offsets.

    While the broker is unavailable, the last measurement stays.
    """
    role_lag = RoleLag()
    while True:
        try:
            ends, done = await read_offsets()
        except (KafkaError, TimeoutError) as error:
            log.warning("lag not measured", extra={"reason": type(error).__name__})
        else:
            publish(role_lag.measure(ends, done, time.monotonic()))
        await asyncio.sleep(INTERVAL_S)
