"""Logging as one JSON line per event on standard error; only the command line configures it."""

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import MemoryHandler

import stamina

KEPT_LINES = 10_000  # of one tool; when there are more, they are written at once
_STANDARD_FIELDS = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Formats time, level, logger, event and the fields passed as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object; a traceback, if any, is one of its fields."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update(
            {name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS}
        )
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def configure(level: str, *, until_exit: bool = False) -> None:
    """Log everything of `level` and above to standard error; libraries only from WARNING on.

    With `until_exit` lines are kept until the process ends, so that they never stand between the lines of a tool.
    """
    # Callers log their own retries, with their facts; the library would repeat each one.
    stamina.instrumentation.set_on_retry_hooks(())
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    if until_exit:
        # `logging` flushes every handler at exit.
        handler = MemoryHandler(KEPT_LINES, flushLevel=sys.maxsize, target=handler)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for package in ("schemas", "sinks", "streams"):
        logging.getLogger(package).setLevel(level)
