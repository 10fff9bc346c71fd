"""Virtual time: one queue of calls in a world, and an event loop for each simulated process of it."""

import asyncio
import heapq
import inspect
from asyncio import events as asyncio_events
from collections.abc import Callable
from contextvars import Context
from itertools import count
from typing import Any
from weakref import WeakSet

START_S = 1_000.0  # no process compares an instant with 0


class Clock:
    """The queue of all calls to come; time passes from one call to the next."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self.now = START_S
        self._queue: list[tuple[float, int, VirtualLoop | None, Callable[[], None]]] = []
        self._numbers = count()

    def call_at(
        self, at: float, call: Callable[[], None], loop: "VirtualLoop | None" = None
    ) -> None:
        """Call at that instant; what belongs to a loop waits while its process is frozen, and vanishes with it."""
        heapq.heappush(self._queue, (max(at, self.now), next(self._numbers), loop, call))

    def call_in(self, seconds: float, call: Callable[[], None]) -> None:
        """Call that many seconds from now."""
        self.call_at(self.now + seconds, call)

    def run_until(self, is_done: Callable[[], bool], deadline: float) -> bool:
        """Make calls until `is_done`; return False when nothing is left to call, or the deadline has passed."""
        while self._queue and self.now <= deadline:
            at, _, loop, call = heapq.heappop(self._queue)
            if loop is not None and loop.is_closed():
                continue
            if loop is not None and loop.frozen_until > at:
                self.call_at(loop.frozen_until, call, loop)
                continue
            self.now = at
            call()
            if is_done():
                return True
        return False


class VirtualLoop(asyncio.AbstractEventLoop):
    """What tasks, futures, locks and sleeps of asyncio need of an event loop; the clock decides when a call is made.

    Closing it is the death of its process: no task takes another step, and none is told.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin awake."""
        self._clock = clock
        self._is_closed = False
        self._coroutines: WeakSet[Any] = WeakSet()
        self.frozen_until = 0.0
        self.cut_off_until = 0.0  # its requests and their answers travel no earlier

    def time(self) -> float:
        """Return the instant."""
        return self._clock.now

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """Call at this instant, after what is already due."""
        handle = asyncio.Handle(callback, args, self, context)
        self._clock.call_at(self._clock.now, lambda: self._run(handle), self)
        return handle

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call at that instant."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._clock.call_at(when, lambda: self._run(handle), self)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call that many seconds from now."""
        return self.call_at(self._clock.now + delay, callback, *args, context=context)

    def _run(self, handle: asyncio.Handle) -> None:
        if handle.cancelled():
            return
        asyncio_events._set_running_loop(self)
        try:
            handle._run()
        finally:
            asyncio_events._set_running_loop(None)

    def create_future(self) -> "asyncio.Future[Any]":
        """Return a future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, **_: Any) -> "asyncio.Task[Any]":
        """Start a coroutine."""
        task = asyncio.Task(coro, loop=self)
        self._coroutines.add(coro)
        if self._is_closed:
            coro.close()
        return task

    async def run_in_executor(self, _executor: Any, call: Callable[..., Any], *args: Any) -> Any:
        """Call at once: threads of a simulated process take no time."""
        return call(*args)

    def is_running(self) -> bool:
        """Return whether the process lives."""
        return not self._is_closed

    def is_closed(self) -> bool:
        """Return whether the process has ended."""
        return self._is_closed

    def close(self) -> None:
        """End the process."""
        self._is_closed = True
        for coroutine in list(self._coroutines):
            if inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
                coroutine.close()  # it would be warned about

    def get_debug(self) -> bool:
        """Return False: nothing is checked twice."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Raise what a callback of a living process raised; tasks of a dead one end without a word."""
        if not self._is_closed and "exception" in context:
            raise context["exception"]

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Do nothing: the clock passes over it."""
