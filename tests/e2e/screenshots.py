"""Take the pictures of the boards: `python -m tests.e2e.screenshots STATE FOLDER` over a running demo stack."""

import io
import json
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.e2e.browser import BOARDS, Look, chromium

COLOURS = 256  # of a palette that covers what is rare as well, or red words turn grey
SETTLED_MS = 600  # the last chart's animation and the fonts
# Whose numbers show a board best: one that has plans, one whose system tells of scorecards.
COMPANIES = {"ja": "aoba", "en": "brightwater"}
PEOPLE = "sakura"
LOCALES = {"ja": "ja-JP", "en": "en-GB"}
DARK = "summary"


def taken(look: Look, path: Path) -> int:
    """Write the whole page as a small PNG; return its bytes."""
    look.page.wait_for_timeout(SETTLED_MS)
    drawn = Image.open(io.BytesIO(look.page.screenshot(full_page=True))).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    return path.stat().st_size


def pictures(browser: Browser, url: str, language: str, folder: Path) -> None:
    """Every board in a language, and one in the dark."""
    wanted = [(board, "light") for board in BOARDS] + [(DARK, "dark")]
    for board, scheme in wanted:
        look = Look(browser, url, scheme=scheme, locale=LOCALES[language])
        who = PEOPLE if board == "people" else COMPANIES[language]
        look.at(board, tenant=who, lang=language)
        path = folder / (f"{board}.png" if scheme == "light" else f"{board}-{scheme}.png")
        print(f"{path}  {taken(look, path) / 1000:.0f} kB")
        look.close()


def main(state: str, folder: str) -> None:
    """Of the stack in `state`, into `folder`."""
    url = json.loads((Path(state) / "run.json").read_text())["roles"]["board"]["url"]
    with chromium() as browser:
        for language in LOCALES:
            pictures(browser, url, language, Path(folder) / language)


if __name__ == "__main__":
    main(*sys.argv[1:])
