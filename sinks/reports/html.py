"""A report as one HTML file that needs no network: styles and charts are inside."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from schemas.reporting.model import Report
from sinks.reports import labels
from sinks.reports.charts import draw

TEMPLATE = "report.html.j2"


def to_html(report: Report) -> str:
    """Return the page; every text is escaped, charts are SVG of our own making."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(
        files("sinks.reports").joinpath("templates", TEMPLATE).read_text(encoding="utf-8")
    )
    return template.render(
        report=report,
        title=labels.title(report),
        window=labels.window_line(report),
        label=lambda key: labels.label(report, key),
        source=lambda panel: labels.source_line(report, panel),
        text=lambda cell: labels.cell_text(cell, report.language),
        chart=lambda panel: Markup(draw(panel, report.brand.colour)),  # noqa: S704 SVG of our own, its texts are escaped
    )
