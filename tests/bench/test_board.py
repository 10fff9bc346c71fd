"""Benchmarks of the board page: time to first numbers against a charts-first baseline, and memory under 20 events per second."""

import os
import statistics
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.e2e.browser import BOARDS, BoardPage, chromium, needs_chromium
from tests.e2e.conftest import Stack, running_stack
from tests.e2e.probe import post, standard_connection

pytestmark = needs_chromium
EVENTS = 4_000  # deliveries
RUNS = int(os.environ.get("BENCH_BOARD_RUNS", "5"))  # per board and variant
RATE = 20.0  # events a second
SETTLED_S, END_S = 15.0, 60.0
LIMIT_MS = 1000.0
GROWTH = 1.10  # maximum ratio of heap and nodes between the two samples; garbage collection leaves some of both
# The baseline: load the chart library before any number, and request all panels at once.
BASELINE_EDITS = (
    ("await load(first);", "await loadVega();"),
    ("frame === first ? null : load(frame)", "load(frame)"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser with precise memory metrics."""
    with chromium("--enable-precise-memory-info") as instance:
        yield instance


@pytest.fixture(scope="module")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with one simulated season."""
    with running_stack(tmp_path_factory.mktemp("board")) as running:
        output, _ = (simulation := running.simulate("--events", str(EVENTS))).communicate()
        assert simulation.returncode == 0, output
        yield running


def serve_baseline(route: Route) -> None:
    """Serve the page script changed to the baseline."""
    text = route.fetch().text()
    for current, baseline in BASELINE_EDITS:
        assert current in text
        text = text.replace(current, baseline)
    route.fulfill(body=text, content_type="text/javascript")


def load_times(browser: Browser, url: str, board: str, *, baseline: bool) -> tuple[float, float]:
    """Return milliseconds from navigation to the first number and to the last panel, in a fresh profile."""
    board_page = BoardPage(browser, url)
    if baseline:
        board_page.page.route("**/board.js", serve_baseline)
    board_page.open(board, tenant="aoba", lang="ja")
    first, complete = board_page.evaluate("[window.firstNumber, performance.now()]")
    board_page.close()
    return float(first), float(complete)


def test_first_numbers(browser: Browser, stack: Stack) -> None:
    """With a cold browser and warm server, every board's median is below one second and their sum below the baseline."""
    url = str(stack.run_file()["roles"]["board"]["url"])
    load_times(browser, url, "summary", baseline=False)
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    print(f"\n{RUNS} runs; 1-minute load {load:.1f} on {cores} cores")
    print("board      first number  slowest | charts first, all at once")
    medians, baselines = {}, {}
    for board in BOARDS:
        current, baseline = [], []
        for _ in range(RUNS):
            current.append(load_times(browser, url, board, baseline=False)[0])
            baseline.append(load_times(browser, url, board, baseline=True)[0])
        medians[board], baselines[board] = statistics.median(current), statistics.median(baseline)
        print(
            f"{board:10} {medians[board]:9.0f} ms {max(current):5.0f} ms | {baselines[board]:.0f} ms"
        )

    assert sum(medians.values()) < sum(baselines.values())
    if load > cores:
        pytest.skip(f"other work loads this machine ({load:.1f}): {LIMIT_MS:.0f} ms is not judged")
    assert max(medians.values()) < LIMIT_MS, medians


class EventSender(threading.Thread):
    """Sends applications at a steady rate until stopped."""

    def __init__(self, run: dict[str, Any]) -> None:
        """Send to the first tenant with Standard Webhooks."""
        super().__init__(daemon=True)
        self._connection = standard_connection(run)
        self._stopped = threading.Event()
        self.posted = 0

    def run(self) -> None:
        """Post on schedule, regardless of response times."""
        prefix, start = uuid.uuid4().hex[:8], time.monotonic()
        while not self._stopped.wait(max(0.0, start + self.posted / RATE - time.monotonic())):
            application = {
                "id": f"leak-{prefix}-{self.posted}",
                "applied_at": datetime.now(UTC).isoformat(),
            }
            data = {"application": application, "channel": {"id": "doda"}}
            assert post(self._connection, "application.created", data) < 300
            self.posted += 1

    def end(self) -> None:
        """Stop and wait for the thread."""
        self._stopped.set()
        self.join()


def memory_usage(board_page: BoardPage) -> dict[str, float]:
    """Return heap bytes, DOM nodes (including detached ones) and listeners after garbage collection."""
    session = board_page.page.context.new_cdp_session(board_page.page)
    session.send("Performance.enable")
    for _ in range(3):  # one collection finalizes objects, the next one frees them
        session.send("HeapProfiler.collectGarbage")
    metrics = {
        metric["name"]: metric["value"]
        for metric in session.send("Performance.getMetrics")["metrics"]
    }
    session.detach()
    return {name: metrics[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}


@pytest.mark.parametrize("board", ["summary", "channels"])
def test_a_minute_of_events_does_not_leak(browser: Browser, stack: Stack, board: str) -> None:
    """Under 20 events per second, heap, nodes and listeners do not grow from second 15 to 60, without console errors."""
    url = str(stack.run_file()["roles"]["board"]["url"])
    board_page = BoardPage(browser, url).open(board, tenant="aoba", lang="ja")
    sender = EventSender(stack.run_file())
    sender.start()
    start = time.monotonic()
    board_page.page.wait_for_timeout(SETTLED_S * 1000)
    early, posted = memory_usage(board_page), sender.posted
    board_page.page.wait_for_timeout((END_S - (time.monotonic() - start)) * 1000)
    late = memory_usage(board_page)
    sender.end()
    reads = board_page.evaluate(
        "performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/api/data/')).length"
    )
    print(
        f"\n{board}: {posted} events by second 15, {sender.posted} by second 60, {reads} panels read"
    )
    for name, before in early.items():
        print(f"  {name:17} {before:12,.0f} -> {late[name]:12,.0f}")
    board_page.close()

    assert sender.posted > RATE * END_S * 0.8
    assert not board_page.console_errors
    for name, before in early.items():
        assert late[name] < before * GROWTH, name


def test_switching_boards_does_not_leak(browser: Browser, stack: Stack) -> None:
    """Ten rounds over all boards do not leak charts."""
    url = str(stack.run_file()["roles"]["board"]["url"])
    board_page = BoardPage(browser, url).open("summary", tenant="aoba", lang="ja")
    samples = []
    for _ in range(5):
        for _ in range(2):
            for board in BOARDS:
                board_page.navigate(board)
        samples.append(memory_usage(board_page))
    board_page.close()
    for sample in samples:
        print(f"turned: {sample['Nodes']:,.0f} nodes, {sample['JSHeapUsedSize'] / 1e6:.1f} MB")

    assert samples[-1]["Nodes"] < samples[1]["Nodes"] * GROWTH
    assert samples[-1]["JSHeapUsedSize"] < samples[1]["JSHeapUsedSize"] * GROWTH
