"""The board page: seconds to its first numbers beside charts first, and a minute of 20 events a second without a leak."""

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

from tests.e2e.browser import BOARDS, Look, chromium, needs_chromium
from tests.e2e.conftest import Stack, running
from tests.e2e.probe import post, standard

pytestmark = needs_chromium
PLAYED = 4_000  # deliveries
RUNS = int(os.environ.get("BENCH_BOARD_RUNS", "5"))  # a board, each way
RATE = 20.0  # events a second
SETTLED_S, END_S = 15.0, 60.0
LIMIT_MS = 1000.0
GROWTH = (
    1.10  # at most, of heap and of nodes, from the one to the other; collections leave some of both
)
# The page as it would be if it drew as it loads: the charts' library before any number, and all panels asked for at once.
AT_ONCE = (
    ("await load(first);", "await prepare();"),
    ("each === first ? null : load(each)", "load(each)"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium("--enable-precise-memory-info") as found:
        yield found


@pytest.fixture(scope="module")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a season in it."""
    with running(tmp_path_factory.mktemp("board")) as fresh:
        said, _ = (playing := fresh.simulate("--events", str(PLAYED))).communicate()
        assert playing.returncode == 0, said
        yield fresh


def at_once(route: Route) -> None:
    """The script of the page, changed to the baseline."""
    text = route.fetch().text()
    for ours, theirs in AT_ONCE:
        assert ours in text
        text = text.replace(ours, theirs)
    route.fulfill(body=text, content_type="text/javascript")


def opened(browser: Browser, url: str, board: str, *, baseline: bool) -> tuple[float, float]:
    """Milliseconds from navigation to the first number, and to the last panel, in a fresh profile."""
    look = Look(browser, url)
    if baseline:
        look.page.route("**/board.js", at_once)
    look.at(board, tenant="aoba", lang="ja")
    first, whole = look.value("[window.first, performance.now()]")
    look.close()
    return float(first), float(whole)


def test_first_numbers(browser: Browser, stack: Stack) -> None:
    """Cold browser, warm server: every board's median is below a second, and all together below the baseline's."""
    url = str(stack.run()["roles"]["board"]["url"])
    opened(browser, url, "summary", baseline=False)
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    print(f"\n{RUNS} runs; 1-minute load {load:.1f} on {cores} cores")
    print("board      first number  slowest | charts first, all at once")
    middles, baselines = {}, {}
    for board in BOARDS:
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(opened(browser, url, board, baseline=False)[0])
            theirs.append(opened(browser, url, board, baseline=True)[0])
        middles[board], baselines[board] = statistics.median(ours), statistics.median(theirs)
        print(
            f"{board:10} {middles[board]:9.0f} ms {max(ours):5.0f} ms | {baselines[board]:.0f} ms"
        )

    assert sum(middles.values()) < sum(baselines.values())
    if load > cores:
        pytest.skip(f"other work loads this machine ({load:.1f}): {LIMIT_MS:.0f} ms is not judged")
    assert max(middles.values()) < LIMIT_MS, middles


class Posting(threading.Thread):
    """Applications at a steady rate, until it is told to stop."""

    def __init__(self, run: dict[str, Any]) -> None:
        """Of the first company with Standard Webhooks."""
        super().__init__(daemon=True)
        self._door = standard(run)
        self._over = threading.Event()
        self.posted = 0

    def run(self) -> None:
        """Post on time, whatever an answer takes."""
        mark, begun = uuid.uuid4().hex[:8], time.monotonic()
        while not self._over.wait(max(0.0, begun + self.posted / RATE - time.monotonic())):
            application = {
                "id": f"leak-{mark}-{self.posted}",
                "applied_at": datetime.now(UTC).isoformat(),
            }
            data = {"application": application, "channel": {"id": "doda"}}
            assert post(self._door, "application.created", data) < 300
            self.posted += 1

    def end(self) -> None:
        """Stop."""
        self._over.set()
        self.join()


def kept(look: Look) -> dict[str, float]:
    """What the page holds after a collection: bytes of heap, nodes of documents (detached ones too), listeners."""
    session = look.page.context.new_cdp_session(look.page)
    session.send("Performance.enable")
    for _ in range(3):  # what one collection finalizes, the next one frees
        session.send("HeapProfiler.collectGarbage")
    told = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    session.detach()
    return {name: told[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}


@pytest.mark.parametrize("board", ["summary", "channels"])
def test_a_minute_of_events_leaves_nothing_behind(
    browser: Browser, stack: Stack, board: str
) -> None:
    """20 events a second: heap, nodes and listeners of second 60 are those of second 15, and the console is silent."""
    url = str(stack.run()["roles"]["board"]["url"])
    look = Look(browser, url).at(board, tenant="aoba", lang="ja")
    posting = Posting(stack.run())
    posting.start()
    begun = time.monotonic()
    look.page.wait_for_timeout(SETTLED_S * 1000)
    early, posted = kept(look), posting.posted
    look.page.wait_for_timeout((END_S - (time.monotonic() - begun)) * 1000)
    late = kept(look)
    posting.end()
    reads = look.value(
        "performance.getEntriesByType('resource').filter((each) => each.name.includes('/api/data/')).length"
    )
    print(
        f"\n{board}: {posted} events by second 15, {posting.posted} by second 60, {reads} panels read"
    )
    for name, before in early.items():
        print(f"  {name:17} {before:12,.0f} -> {late[name]:12,.0f}")
    look.close()

    assert posting.posted > RATE * END_S * 0.8
    assert not look.complaints
    for name, before in early.items():
        assert late[name] < before * GROWTH, name


def test_turning_the_pages_leaves_nothing_behind(browser: Browser, stack: Stack) -> None:
    """Ten rounds over all boards: charts that are left are let go of."""
    url = str(stack.run()["roles"]["board"]["url"])
    look = Look(browser, url).at("summary", tenant="aoba", lang="ja")
    held = []
    for _ in range(5):
        for _ in range(2):
            for board in BOARDS:
                look.turn(board)
        held.append(kept(look))
    look.close()
    for each in held:
        print(f"turned: {each['Nodes']:,.0f} nodes, {each['JSHeapUsedSize'] / 1e6:.1f} MB")

    assert held[-1]["Nodes"] < held[1]["Nodes"] * GROWTH
    assert held[-1]["JSHeapUsedSize"] < held[1]["JSHeapUsedSize"] * GROWTH
