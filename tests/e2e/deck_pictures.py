"""Pictures of the decks that the demo made: `python -m tests.e2e.deck_pictures STATE FOLDER`, where LibreOffice is installed."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from schemas.text.languages import LANGUAGES

TOOLS = {"soffice": "libreoffice-impress", "pdftoppm": "poppler-utils"}
SLIDES = (1, 2, 3, 4)  # plan, funnel, what changed the hires, channels
COLUMNS, WIDTH, GAP = 2, 800, 8  # pixels
PAPER = (208, 212, 220)


def save_deck_picture(deck: Path, picture: Path) -> None:
    """Save some slides of the deck beside each other, as LibreOffice shows them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name]
        subprocess.run([*convert, str(deck)], check=True, capture_output=True)
        pdf = folder / f"{deck.stem}.pdf"
        pages = ["pdftoppm", "-png", "-scale-to-x", str(WIDTH), "-scale-to-y", "-1"]
        subprocess.run([*pages, str(pdf), str(folder / "slide")], check=True)
        slides = [Image.open(path) for path in sorted(folder.glob("slide-*.png"))]
        picture.parent.mkdir(parents=True, exist_ok=True)
        _sheet([slides[number] for number in SLIDES]).save(picture, optimize=True)


def _sheet(slides: list[Image.Image]) -> Image.Image:
    height = slides[0].height
    rows = -(-len(slides) // COLUMNS)
    size = (COLUMNS * (WIDTH + GAP) + GAP, rows * (height + GAP) + GAP)
    sheet = Image.new("RGB", size, PAPER)
    for at, slide in enumerate(slides):
        row, column = divmod(at, COLUMNS)
        sheet.paste(slide, (GAP + column * (WIDTH + GAP), GAP + row * (height + GAP)))
    return sheet.quantize(128, dither=Image.Dither.NONE)


def main(state: str, folder: str) -> None:
    """Save a picture of the latest deck in each language."""
    missing = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
    if missing:
        print(f"NOT TAKEN, because {', '.join(missing)} is missing: the pictures of the decks")
        return
    for language in LANGUAGES:
        decks = sorted((Path(state) / "reports").glob(f"*-{language}.pptx"))
        if not decks:
            sys.exit(f"no deck in {state}/reports: run `make demo` first")
        picture = Path(folder) / language / "deck.png"
        save_deck_picture(decks[-1], picture)
        print(f"{picture}  {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(*sys.argv[1:])
