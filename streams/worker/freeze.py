"""Whether the process was stopped: then its partitions may have another owner, and it must not write."""

import threading
import time
from collections.abc import Callable

TICK_S = 0.25
MAX_FREEZE_S = (
    8.0  # below the session timeout: a process frozen longer may have lost its partitions
)


class FreezeGuard:
    """Measures how long the process did not run, with a thread that ticks also while the event loop works.

    Long work does not stop the thread, nor those that keep the membership of the group; SIGSTOP stops all of them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns monotonic seconds, which include the time of a freeze."""
        self._clock = clock
        self._last_tick = clock()
        self._longest_s = 0.0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Tick until the process ends."""
        threading.Thread(target=self._tick_forever, name="freeze-guard", daemon=True).start()

    def _tick_forever(self) -> None:
        while True:
            self.tick()
            time.sleep(TICK_S)

    def tick(self) -> None:
        """Note that the process runs now."""
        with self._lock:
            now = self._clock()
            self._longest_s = max(self._longest_s, now - self._last_tick)
            self._last_tick = now

    def reset(self) -> None:
        """Forget earlier freezes: the present assignment began after them."""
        with self._lock:
            self._last_tick, self._longest_s = self._clock(), 0.0

    def check(self) -> None:
        """Raise RuntimeError if the process was frozen since the last reset, also when the thread has not noticed yet."""
        with self._lock:
            frozen_s = max(self._longest_s, self._clock() - self._last_tick)
        if frozen_s > MAX_FREEZE_S:
            msg = f"frozen for {frozen_s:.1f} s; another worker may own the partitions"
            raise RuntimeError(msg)
