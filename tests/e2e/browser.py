"""A browser over the board page: what it complained of, what moved, and what it shows."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
BOARDS = ("summary", "funnel", "channels", "people", "money", "pipeline")
WIDE = (1280, 900)
PHONE = (390, 844)
# The page's policy forbids evaluated text, so what is watched is watched from before it loads.
WATCH = """
window.moved = 0;
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
  if (!each.hadRecentInput) window.moved += each.value;
})).observe({ type: "layout-shift", buffered: true });
window.first = null;
window.told = [];
new MutationObserver((list) => {
  if (window.first === null && document.querySelector(".figure[data-value], .panel tbody tr")) window.first = performance.now();
  const figure = document.querySelector(".figure[data-kpi=applications]");
  const value = figure?.dataset.value;
  if (value !== undefined && value !== window.told.at(-1)?.[0]) window.told.push([value, Date.now()]);
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


def installed() -> str | None:
    """Where Chromium is; None where there is none."""
    return next((found for found in map(shutil.which, NAMES) if found), None)


# A mark, so that no stack is started for tests that cannot run.
needs_chromium = pytest.mark.skipif(
    installed() is None,
    reason="the board page is NOT tested: no Chromium here; apt-get install chromium",
)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A headless Chromium, which has to be installed."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=installed(),
            args=["--no-sandbox", "--disable-dev-shm-usage", *arguments],
        )
        yield browser
        browser.close()


class Look:
    """One page as one reader sees it."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        scheme: Any = "light",
        size: tuple[int, int] = WIDE,
        locale: str = "ja-JP",
    ) -> None:
        """Open a fresh profile; nothing is loaded yet."""
        self.url = url
        self.complaints: list[str] = []
        width, height = size
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.add_init_script(WATCH)
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self._heard("error", str(error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")

    def at(self, board: str, **asked: str) -> "Look":
        """Load a board by its address, and wait until every panel is filled."""
        self.page.goto(f"{self.url}/?{urlencode({'board': board, **asked})}")
        return self.ready(board)

    def turn(self, board: str) -> "Look":
        """Go to a board as a reader does, by the navigation."""
        self.page.locator(f"nav a[href*='board={board}&']").click()
        return self.ready(board)

    def ready(self, board: str) -> "Look":
        """Wait until every panel of the board is filled."""
        self.page.wait_for_selector(f"main[data-ready^='{board}-']")
        return self

    def value(self, expression: str) -> Any:
        """What an expression comes to in the page."""
        return self.page.evaluate(expression)

    def figures(self) -> dict[str, tuple[str, str, str]]:
        """By KPI: the exact value (empty where there is none), what is shown, and the n beside it."""
        found = self.value(
            "[...document.querySelectorAll('.figure')].map((each) => "
            "[each.dataset.kpi, each.dataset.value ?? '', each.textContent, each.parentNode.querySelector('.cases').textContent])"
        )
        return {kpi: (value, shown, cases) for kpi, value, shown, cases in found}

    def close(self) -> None:
        """Close the page and forget its profile."""
        self._context.close()
