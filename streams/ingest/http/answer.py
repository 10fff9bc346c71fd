"""Answers to senders: a status, and JSON that says what happened and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

RETRY_AFTER_S = 10  # every vendor's first retry comes later
RETRY_AFTER_FULL_S = 60  # a person has to start Kafka or free the disk first
FULL_REASONS = {"spool_full", "spool_disk_full"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer; metrics count it by `outcome`."""

    status: int
    outcome: str
    content: Mapping[str, object]
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: int | None = None


class Refused(Exception):
    """The request is answered at once with a 4xx or 503; `reason` is from a closed set, `message` says what to do.

    `more` holds additional fields of the answer.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        retry_after: int | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Keep the fields of the answer."""
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.more = more or {}

    def answer(self, delivery: str) -> Answer:
        """Return this refusal as the answer to the delivery with that id."""
        return Answer(
            status=self.status,
            outcome="unavailable" if self.status == 503 else "refused",
            content={
                "error": self.reason,
                "message": self.message,
                "delivery": delivery,
                **self.more,
            },
            retry_after=self.retry_after,
        )


def unavailable(reason: str) -> Refused:
    """Return a 503: nothing was accepted, and the same delivery may be sent again later."""
    return Refused(
        503,
        reason,
        "Nothing was accepted. Send the same delivery again later; retries are safe.",
        RETRY_AFTER_FULL_S if reason in FULL_REASONS else RETRY_AFTER_S,
    )
