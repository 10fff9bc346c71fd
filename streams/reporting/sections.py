"""The sections of the board deck, in order: each is a title and panels of the boards."""

from dataclasses import dataclass

from schemas.text.languages import Words
from streams.boards.specs.catalogue import BY_ID
from streams.reporting.hires_bridge import read_hires_bridge
from streams.reporting.own_content import ContentReader
from streams.reporting.reasons import read_reasons
from streams.reporting.suggestions import read_suggestions


@dataclass(frozen=True, kw_only=True)
class SectionSpec:
    """A section: `panels` are `<board>/<panel>`; those whose KPIs were all deleted are left out.

    `own` reads what no board shows. A section with `shown_if` is left out unless one of those panels
    has a number above 0.
    """

    id: str
    title: Words
    panels: tuple[str, ...] = ()
    own: ContentReader | None = None
    shown_if: tuple[str, ...] = ()


SECTIONS = (
    SectionSpec(id="summary", title=("要約", "Summary"), panels=("summary/headline",)),
    SectionSpec(
        id="plan",
        title=("採用計画の予実", "Plan against actual"),
        panels=("summary/plan", "summary/pace"),
    ),
    SectionSpec(
        id="funnel",
        title=("選考の歩留まり", "The funnel"),
        panels=("funnel/funnel", "funnel/stages"),
    ),
    SectionSpec(
        id="change",
        title=("採用の増減の要因", "Why the number of hires changed"),
        own=read_hires_bridge,
    ),
    SectionSpec(
        id="channels",
        title=("媒体別の費用対効果", "Channels by cost and effect"),
        panels=("summary/hires_by_channel", "channels/channels"),
    ),
    SectionSpec(
        id="times",
        title=("リードタイムと滞留", "Lead times and where they arise"),
        panels=("summary/bottleneck", "funnel/waits"),
    ),
    SectionSpec(
        id="interviewers",
        title=("面接官の通過率", "Pass rates of interviewers"),
        panels=("people/interviews", "people/rates"),
    ),
    SectionSpec(
        id="endings",
        title=("辞退と承諾、その理由", "Withdrawals, acceptances and reasons"),
        panels=("funnel/rates",),
        own=read_reasons,
    ),
    SectionSpec(
        id="costs", title=("採用費用", "Recruitment cost"), panels=("money/spent", "money/costs")
    ),
    SectionSpec(
        id="relay",
        title=("キャリアリレー", "Career Relay"),
        panels=("relay/balance", "relay/stock", "relay/funnel"),
        shown_if=("relay/stock", "relay/funnel"),
    ),
    SectionSpec(
        id="breaches",
        title=("目標から外れた項目と対応", "Off target, and what was done"),
        panels=("pipeline/breaches",),
        own=read_suggestions,
    ),
    SectionSpec(id="quality", title=("データ品質", "Data quality"), panels=("pipeline/quality",)),
)
PANELS = {f"{board.id}/{panel.id}": panel for board in BY_ID.values() for panel in board.panels}
