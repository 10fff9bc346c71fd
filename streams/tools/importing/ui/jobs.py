"""What the page does in the background: one thing at a time, with its progress."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

from schemas.errors import Condition
from schemas.text.languages import Words
from streams.configuration.files import Misconfigured
from streams.tools.importing.progress import SENDING, STEP

log = logging.getLogger(__name__)
T = TypeVar("T")
FAILED: Words = (
    "予期しない誤りで止まりました。端末に理由が出ています。",
    "This stopped at an error that nobody foresaw; the terminal says why.",
)


@dataclass
class Job:
    """One piece of work; `page` is where its result is shown, `error` why it failed."""

    page: str
    state: Literal["running", "done", "failed"] = "running"
    step: Words = ("準備しています", "getting ready")
    count: int = 0
    total: int | None = None
    error: str = ""

    def track(self, items: Iterable[T], description: Words) -> Iterator[T]:
        """Yield the items and count them."""
        self.step, self.count, self.total = description, 0, None
        for count, item in enumerate(items):
            if count % STEP == 0:
                self.count = count
            yield item

    @contextmanager
    def sending(self, total: int) -> Iterator[Callable[[int], None]]:
        """Count the events that are sent."""
        self.step, self.count, self.total = SENDING, 0, total

        def advance(n: int) -> None:
            self.count += n

        yield advance

    def run(self, work: Callable[[], None]) -> None:
        """Do the work in a thread of its own."""
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (Misconfigured, Condition) as error:
            self.error, self.state = str(error), "failed"
        except Exception:  # a thread has no caller: the page says that it failed, the log why
            log.exception("import failed")
            self.error, self.state = " ".join(FAILED), "failed"
        else:
            self.state = "done"
