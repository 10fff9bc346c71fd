"""不採用の理由: KPIs on why companies that use Career Relay reject, by the factors of their reasons."""

from schemas.cells import CHANNEL, JOB, TOTAL
from schemas.kpis import playbook
from schemas.kpis.definition import DECIDED, REJECTED_FOR, Kpi, Place
from schemas.text.words import REJECTION_FACTORS

PANEL = "relay/reason_shares"
ALL_FACTORS = tuple(f"{REJECTED_FOR}{factor}" for factor in REJECTION_FACTORS)


def _share(factor: str, order: int) -> Kpi:
    ja, en = REJECTION_FACTORS[factor]
    return Kpi(
        id=f"relay_reason_{factor}",
        ja=f"{ja}による不採用",
        en=f"Rejections for {en}",
        kind="ratio",
        unit="ratio",
        numerator=(f"{REJECTED_FOR}{factor}",),
        denominator=ALL_FACTORS,
        bases=DECIDED,
        only_dimensions=(TOTAL, CHANNEL, JOB),
        minimum_n=10,
        explain_ja=f"会社による不採用のうち、理由が「{ja}」に当たるものの割合。要因のわからない理由は分母に含みません。取り消された不採用は引きます。",
        explain_en=f"Share of the company's rejections whose reason means {en}; reasons without a factor are left out, undone rejections taken back.",
        panels=(Place(PANEL, order, ja=ja, en=en[0].upper() + en[1:]),),
        play=playbook.REJECTION_REASONS,
    )


KPIS = (
    Kpi(
        id="relay_reasons",
        ja="理由のわかる不採用",
        en="Rejections with a known reason",
        kind="count",
        unit="count",
        numerator=ALL_FACTORS,
        bases=DECIDED,
        only_dimensions=(TOTAL, CHANNEL, JOB),
        hide_zero=True,
        explain_ja="会社による不採用のうち、理由が 8 つの要因のどれかに当たるもの。",
        explain_en="The company's rejections whose reason is one of the eight factors.",
        panels=(Place(PANEL, 1, ja="件数", en="Rejections"),),
        play=playbook.REJECTION_REASONS,
    ),
    _share("skill", 2),
    _share("years", 3),
    _share("conditions", 4),
    _share("motivation", 5),
    _share("place", 6),
    _share("culture", 7),
    _share("competition", 8),
    _share("filled", 9),
)
