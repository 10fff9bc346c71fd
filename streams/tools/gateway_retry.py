"""Retries of requests that the gateway did not decide: exponential back-off with jitter, or the pause it asks for."""

from collections.abc import Callable
from typing import TypedDict

MIN_PAUSE_S = 0.5


class GatewayUndecided(Exception):
    """The gateway did not decide; the same request may succeed later. `status` is 0 if there was no response."""

    def __init__(self, status: int, message: str, retry_after: float | None) -> None:
        """Keep what the gateway answered; `retry_after` is in seconds."""
        super().__init__(f"{status}: {message}" if status else "no response")
        self.status = status
        self.message = message
        self.retry_after = retry_after


class RetryOptions(TypedDict):
    """The options of stamina's retrying callers."""

    attempts: int
    timeout: None
    wait_initial: float
    wait_max: float
    wait_jitter: float


def retry_options(attempts: int, max_pause_s: float) -> RetryOptions:
    """Return how often to try, and how long to pause at most between two attempts, in seconds."""
    return {
        "attempts": attempts,
        "timeout": None,
        "wait_initial": MIN_PAUSE_S,
        "wait_max": max_pause_s,
        "wait_jitter": MIN_PAUSE_S,
    }


def pause_after(max_pause_s: float) -> Callable[[Exception], bool | float]:
    """Return stamina's `on`: retry only GatewayUndecided, after the pause that the gateway asks for, if it does."""

    def pause(error: Exception) -> bool | float:
        if not isinstance(error, GatewayUndecided):
            return False
        return True if error.retry_after is None else min(max_pause_s, error.retry_after)

    return pause
