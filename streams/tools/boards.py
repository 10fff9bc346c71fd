"""Generation of the Grafana dashboard files, and the check that they are up to date."""

import json
from pathlib import Path

from schemas.text.languages import LANGUAGES, translate
from streams.boards.grafana.dashboard import dashboards
from streams.boards.specs.catalogue import BOARDS
from streams.tools.tables import TableColumn, TextTable


def expected_files(folder: Path) -> dict[Path, str]:
    """Return the expected content by path: one folder per language, one file per board."""
    return {
        folder / language / f"{name}.json": _to_json(board)
        for language in LANGUAGES
        for name, board in dashboards(language).items()
    }


def _to_json(board: object) -> str:
    return json.dumps(board, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def outdated(folder: Path) -> list[Path]:
    """Return files that are missing, out of date, or belong to no board."""
    expected = expected_files(folder)
    existing = {path for language in LANGUAGES for path in (folder / language).glob("*.json")}
    changed = {
        path for path, text in expected.items() if path in existing and path.read_text() != text
    }
    return sorted((expected.keys() ^ existing) | changed)


def generate(folder: Path) -> list[Path]:
    """Bring the folder up to date; return the paths written or removed."""
    expected, changed = expected_files(folder), outdated(folder)
    for path in changed:
        if path in expected:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expected[path])
        else:
            path.unlink()
    return changed


def panel_table(language: str) -> TextTable:
    """Return a table with one row per panel: board, id and question."""
    titles = (("ボード", "Board"), ("パネル", "Panel"), ("問い", "Question"))
    return TextTable(
        columns=[
            TableColumn(title=translate(title, language), prose=title[1] == "Question")
            for title in titles
        ],
        rows=[
            (board.id, panel.id, translate((panel.ja, panel.en), language))
            for board in BOARDS
            for panel in board.panels
        ],
    )
