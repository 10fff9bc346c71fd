"""Write the boards of Grafana as files, or say which files are not what the specifications make."""

import json
from pathlib import Path

from rich.table import Table

from streams.boards.grafana.dashboard import LANGUAGES, every
from streams.boards.specs.catalogue import BOARDS


def files(folder: Path) -> dict[Path, str]:
    """What stands in the folder when all is well: one file a board in a folder a language."""
    return {
        folder / language / f"{name}.json": _text(made)
        for language in LANGUAGES
        for name, made in every(language).items()
    }


def _text(made: object) -> str:
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def outdated(folder: Path) -> list[Path]:
    """Files that are missing, other than they should be, or of no board."""
    wanted = files(folder)
    there = {path for language in LANGUAGES for path in (folder / language).glob("*.json")}
    differ = {path for path, text in wanted.items() if path in there and path.read_text() != text}
    return sorted((wanted.keys() ^ there) | differ)


def generate(folder: Path) -> list[Path]:
    """Make the folder so; return what was written or removed."""
    wanted, changed = files(folder), outdated(folder)
    for path in changed:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
        else:
            path.unlink()
    return changed


def listed(language: str) -> Table:
    """One line a panel: its board, its id, what it asks."""
    table = Table()
    for name in ("board", "panel", "question"):
        table.add_column(name, no_wrap=name != "question")
    for board in BOARDS:
        for panel in board.panels:
            table.add_row(board.id, panel.id, panel.ja if language == "ja" else panel.en)
    return table
