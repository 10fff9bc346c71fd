"""A driver of the board page in Chromium: console errors, layout shift and displayed values."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
BOARDS = ("summary", "funnel", "channels", "people", "money", "pipeline")
WIDE = (1280, 900)
PHONE = (390, 844)
TIMEOUT_MS = 120_000  # reached only by a page that is broken; a busy machine is slow
# The CSP of the page forbids eval, so the observers are installed before it loads.
OBSERVER_SCRIPT = """
window.layoutShift = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) window.layoutShift += entry.value;
})).observe({ type: "layout-shift", buffered: true });
window.firstNumber = null;
window.updates = [];
new MutationObserver((list) => {
  if (window.firstNumber === null && document.querySelector(".figure[data-value], .panel tbody tr")) window.firstNumber = performance.now();
  const figure = document.querySelector(".figure[data-kpi=applications]");
  const value = figure?.dataset.value;
  if (value !== undefined && value !== window.updates.at(-1)?.[0]) window.updates.push([value, Date.now()]);
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


def chromium_path() -> str | None:
    """Return the path of Chromium, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


# A marker rather than a fixture, so that no stack starts for tests that cannot run.
needs_chromium = pytest.mark.skipif(
    chromium_path() is None,
    reason="the board page is NOT tested: no Chromium here; apt-get install chromium",
)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Start a headless Chromium, which must be installed."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_path(),
            args=["--no-sandbox", "--disable-dev-shm-usage", *arguments],
        )
        yield browser
        browser.close()


class Gate:
    """Keeps back the requests of a page that match a pattern, until it is opened."""

    def __init__(self, page: Page, pattern: str) -> None:
        """Close the gate to requests from now on."""
        self._routes: list[Route] = []
        self._is_open = False
        page.route(pattern, self._handle)

    def _handle(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._routes.append(route)

    def open(self) -> None:
        """Send the requests that wait, and let later ones pass."""
        self._is_open = True
        for route in self._routes:
            route.continue_()


class BoardPage:
    """The board page in its own browser context."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        scheme: Any = "light",
        size: tuple[int, int] = WIDE,
        locale: str = "ja-JP",
    ) -> None:
        """Open a fresh profile without loading the page."""
        self.url = url
        self.console_errors: list[str] = []
        width, height = size
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(TIMEOUT_MS)
        self.page.add_init_script(OBSERVER_SCRIPT)
        self.page.on("console", lambda message: self._record(message.type, message.text))
        self.page.on("pageerror", lambda error: self._record("error", str(error)))

    def _record(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.console_errors.append(f"{kind}: {text}")

    def open(self, board: str, **params: str) -> "BoardPage":
        """Load a board by its URL, and wait until every panel is filled."""
        self.page.goto(f"{self.url}/?{urlencode({'board': board, **params})}")
        return self.wait_until_filled(board)

    def navigate(self, board: str) -> "BoardPage":
        """Switch to a board through the navigation."""
        self.page.locator(f"nav a[href*='board={board}&']").click()
        return self.wait_until_filled(board)

    def wait_until_filled(self, board: str) -> "BoardPage":
        """Wait until every panel of the board is filled."""
        self.page.wait_for_selector(f"main[data-ready^='{board}-']")
        return self

    def evaluate(self, expression: str) -> Any:
        """Evaluate a JavaScript expression in the page."""
        return self.page.evaluate(expression)

    def tiles(self) -> dict[str, tuple[str, str, str]]:
        """Return by KPI the exact value (empty if null), the displayed text and the n beside it."""
        rows = self.evaluate(
            "[...document.querySelectorAll('.figure')].map((figure) => "
            "[figure.dataset.kpi, figure.dataset.value ?? '', figure.textContent, figure.parentNode.querySelector('.cases').textContent])"
        )
        return {kpi: (value, text, cases) for kpi, value, text, cases in rows}

    def close(self) -> None:
        """Close the page and discard its profile."""
        self._context.close()
