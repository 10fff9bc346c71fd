"""Screenshots of all boards: `python -m tests.e2e.screenshots STATE FOLDER` over a running demo stack."""

import io
import json
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.e2e.browser import BOARDS, BoardPage, chromium

COLOURS = 256  # with a palette that covers rare colours too, or red text turns grey
SETTLED_MS = 600  # the last chart's animation and the fonts
# The tenants with the best data: one with plans, one whose ATS reports scorecards.
COMPANIES = {"ja": "aoba", "en": "brightwater"}
PEOPLE = "sakura"
LOCALES = {"ja": "ja-JP", "en": "en-GB"}
DARK = "summary"


def save_screenshot(board_page: BoardPage, path: Path) -> int:
    """Save the full page as a small PNG; return its size in bytes."""
    board_page.page.wait_for_timeout(SETTLED_MS)
    image = Image.open(io.BytesIO(board_page.page.screenshot(full_page=True))).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    return path.stat().st_size


def save_board_screenshots(browser: Browser, url: str, language: str, folder: Path) -> None:
    """Save every board in one language, and one in the dark theme."""
    variants = [(board, "light") for board in BOARDS] + [(DARK, "dark")]
    for board, scheme in variants:
        board_page = BoardPage(browser, url, scheme=scheme, locale=LOCALES[language])
        tenant = PEOPLE if board == "people" else COMPANIES[language]
        board_page.open(board, tenant=tenant, lang=language)
        path = folder / (f"{board}.png" if scheme == "light" else f"{board}-{scheme}.png")
        print(f"{path}  {save_screenshot(board_page, path) / 1000:.0f} kB")
        board_page.close()


def main(state: str, folder: str) -> None:
    """Save screenshots of the stack in `state` to `folder`."""
    url = json.loads((Path(state) / "run.json").read_text())["roles"]["board"]["url"]
    with chromium() as browser:
        for language in LOCALES:
            save_board_screenshots(browser, url, language, Path(folder) / language)


if __name__ == "__main__":
    main(*sys.argv[1:])
