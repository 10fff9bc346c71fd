"""A benchmark subprocess with CPU and memory measurement."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

TICKS = os.sysconf("SC_CLK_TCK")


class MeasuredProcess:
    """A process whose CPU seconds are read from the kernel."""

    def __init__(
        self, arguments: list[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start the process."""
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )

    def cpu(self) -> float:
        """Return user and system CPU seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_mb(self) -> float:
        """Return the resident memory in MB."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def anonymous_mb(self) -> float:
        """Return the resident memory without mapped files, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
        return int(line.split()[1]) * 1024 / 1e6

    def waited_s(self) -> float:
        """Return how long the main thread was ready to run while others had the cores, in seconds."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[1]) / 1e9

    def kill(self) -> None:
        """Send SIGKILL and wait."""
        self.process.kill()
        self.process.wait()

    def until(
        self, read: Callable[[], int], enough: Callable[[int], bool], seconds: float
    ) -> tuple[int, float]:
        """Poll until `enough`; return the count and the CPU seconds at that time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the process died; see its log"
            count = read()
            if enough(count):
                return count, self.cpu()
            time.sleep(0.1)
        pytest.fail(f"stood at {read()} after {seconds} s")


def fetch(url: str) -> str:
    """Return the text at a loopback address, empty while it does not respond."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return str(response.read().decode())
    except OSError:
        return ""
