"""The scripts of the board page: their imports run one way, and the browser loads them at once."""

import re
from graphlib import TopologicalSorter

from streams.boards.static_files import STATIC

ENTRY = "board.js"
BREACH_PAGE = STATIC.parent / "templates" / "breach.html.j2"
LOADED = re.compile(r'<script type="module" src="[^"]*/([a-z]+\.js)">')
IMPORT = re.compile(r'^import .* from "\./(.+)";$', re.MULTILINE)
PRELOAD = re.compile(r'<link rel="modulepreload" href="static/(.+)">')


def imports() -> dict[str, set[str]]:
    """Return by module the modules that it imports, for all modules that the entry reaches."""
    modules: dict[str, set[str]] = {}
    pending = {ENTRY}
    while pending:
        name = pending.pop()
        modules[name] = set(IMPORT.findall((STATIC / name).read_text(encoding="utf-8")))
        pending |= modules[name] - modules.keys()
    return modules


def test_no_script_imports_itself_through_others() -> None:
    """The imports of the page's scripts contain no cycle."""
    order = tuple(TopologicalSorter(imports()).static_order())

    assert order[-1] == ENTRY


def test_every_script_is_preloaded() -> None:
    """The index page preloads exactly the modules that the entry imports, so no module waits for another to be read."""
    preloaded = PRELOAD.findall((STATIC / "index.html").read_text(encoding="utf-8"))

    assert sorted(preloaded) == sorted(imports().keys() - {ENTRY})


def test_every_script_is_used() -> None:
    """The folder of static files contains no script that neither the boards nor the page of an alert loads."""
    scripts = {path.name for path in STATIC.glob("*.js")} - {
        path.name for path in STATIC.glob("*.min.js")
    }

    assert scripts - set(LOADED.findall(BREACH_PAGE.read_text())) == imports().keys()
