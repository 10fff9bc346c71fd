"""The Japanese font of reports: IPAexGothic from a wheel, so that no glyph is missing on a machine without Japanese fonts."""

from importlib.util import find_spec
from pathlib import Path

from schemas.errors import Unavailable

FAMILY = "IPAexGothic"
PPTX_FAMILY = "Yu Gothic"  # named only: PowerPoint has it wherever it shows Japanese


def font_directory() -> Path:
    """Return the directory of the font file; raise Unavailable if the extra `report` is not installed."""
    spec = find_spec("matplotlib_fontja")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("report", "install the extra `report`: pip install 'hirelay[report]'")
    return Path(spec.submodule_search_locations[0]) / "fonts"
