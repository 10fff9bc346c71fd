"""キャリアリレー: KPIs on the links in rejection mails, the persons who register, and the hiring slots that they earn."""

from dataclasses import replace

from schemas.cells import CHANNEL, JOB, TOTAL
from schemas.kpis.definition import DECIDED, Kpi, Place

COUNTED = ("relay.counted.verified", "relay.counted.unverified")
BY_ORIGIN = (TOTAL, CHANNEL, JOB)


def _count(
    id_: str, names: tuple[str, str], measures: tuple[str, ...], explain: tuple[str, str]
) -> Kpi:
    return Kpi(
        id=id_,
        ja=names[0],
        en=names[1],
        kind="count",
        unit="count",
        numerator=measures,
        bases=DECIDED,
        only_dimensions=BY_ORIGIN,
        higher_is_better=True,
        hide_zero=True,
        explain_ja=explain[0],
        explain_en=explain[1],
    )


def _rate(
    id_: str, names: tuple[str, str], parts: tuple[str, str], explain: tuple[str, str]
) -> Kpi:
    return Kpi(
        id=id_,
        ja=names[0],
        en=names[1],
        kind="ratio",
        unit="ratio",
        numerator=(parts[0],),
        denominator=(parts[1],),
        bases=DECIDED,
        only_dimensions=BY_ORIGIN,
        higher_is_better=True,
        minimum_n=10,
        explain_ja=explain[0],
        explain_en=explain[1],
    )


def _money(id_: str, names: tuple[str, str], measure: str, explain: tuple[str, str]) -> Kpi:
    kpi = _count(id_, names, (measure,), explain)
    return replace(kpi, unit="money", only_dimensions=(TOTAL,))


def _per_hire(
    id_: str,
    names: tuple[str, str],
    measures: tuple[str, ...],
    explain: tuple[str, str],
    order: int,
) -> Kpi:
    return Kpi(
        id=id_,
        ja=names[0],
        en=names[1],
        kind="ratio",
        unit="money",
        numerator=measures,
        denominator=("hired",),
        requires=("cost.*",),
        bases=DECIDED,
        only_dimensions=(TOTAL,),
        higher_is_better=False,
        explain_ja=explain[0],
        explain_en=explain[1],
        panels=(Place("relay/flow", order),),
    )


# The panels besides the tiles that are about a KPI.
OTHER_PANELS = {
    "relay_counted": (Place("relay/balance", 1), Place("relay/void")),
    "relay_counted_verified": (Place("relay/balance", 2),),
    "relay_slots_granted": (Place("relay/stock", 1), Place("relay/slots", 1)),
    "relay_slots_expired": (Place("relay/slots", 2),),
    "relay_accrued": (Place("relay/stock", 2),),
    "relay_recovered": (Place("relay/stock", 3),),
    "relay_click_rate": (Place("relay/funnel", 1),),
    "relay_registration_rate": (Place("relay/funnel", 2), Place("relay/experience")),
}


def _placed(kpi: Kpi, order: int = 0) -> Kpi:
    """Place a KPI on the panels that are about it, and with an order also on the tiles."""
    others = OTHER_PANELS.get(kpi.id, ())
    return replace(kpi, panels=(Place("relay/flow", order), *others) if order else others)


KPIS = (
    _count(
        "relay_eligible",
        ("案内対象者数", "Relay: eligible candidates"),
        ("relay.eligible",),
        (
            "会社が不採用とした応募者。後で取り消された不採用は引きます。",
            "Candidates whom the company rejected; an undone rejection is taken back.",
        ),
    ),
    _placed(
        _count(
            "relay_invited",
            ("案内数", "Relay: invitations"),
            ("relay.invited",),
            (
                "発行したリンクの数(会社共通 URL を含みます)。",
                "Links issued, the company-wide one included.",
            ),
        ),
        1,
    ),
    _placed(
        _rate(
            "relay_invite_rate",
            ("案内率", "Relay: invitation rate"),
            ("relay.invited", "relay.eligible"),
            ("案内数 ÷ 案内対象者数。", "Invitations ÷ eligible candidates."),
        ),
        2,
    ),
    _placed(
        _rate(
            "relay_click_rate",
            ("クリック率", "Relay: click rate"),
            ("relay.clicked", "relay.invited"),
            (
                "期間に初めて開かれたリンク ÷ 期間に発行したリンク。プレビューとボットは数えません。",
                "Links first opened in the window ÷ links issued in it; previews and programs do not count.",
            ),
        ),
        3,
    ),
    _placed(
        _rate(
            "relay_registration_rate",
            ("登録率", "Relay: registration rate"),
            ("relay.registered", "relay.invited"),
            ("登録数 ÷ 案内数。", "Registrations ÷ invitations."),
        ),
        4,
    ),
    _placed(
        _count(
            "relay_counted",
            ("カウント人数", "Relay: persons counted"),
            COUNTED,
            (
                "リンクから登録し、対象と認められた人(同じ人は一度だけ)。取消は引きます。",
                "Persons who registered through a link and count, each once; a revoked one is taken back.",
            ),
        ),
        5,
    ),
    _placed(
        _count(
            "relay_counted_verified",
            ("カウント人数(本人URL)", "Relay: persons counted, verified"),
            ("relay.counted.verified",),
            (
                "本人の URL から登録し、不採用を確認できた人。",
                "Of them those with a link of their own, whose rejection is verified.",
            ),
        )
    ),
    _placed(
        _count(
            "relay_slots_granted",
            ("獲得した採用支援枠", "Relay: slots granted"),
            ("relay.granted",),
            (
                "カウント 10 人ごとに 1 枠。取り消された枠は引きます。",
                "One slot for every ten persons counted; a revoked slot is taken back.",
            ),
        ),
        6,
    ),
    _placed(
        _count(
            "relay_slots_redeemed",
            ("消化した枠", "Relay: slots redeemed"),
            ("relay.redeemed",),
            (
                "枠による採用。取り消された採用は引きます。",
                "Hires through a slot; an undone hire is taken back.",
            ),
        ),
        7,
    ),
    _placed(
        _count(
            "relay_slots_expired",
            ("失効した枠", "Relay: slots expired"),
            ("relay.expired",),
            ("期限までに予約されなかった枠。", "Slots that nobody reserved in time."),
        )
    ),
    _placed(
        _money(
            "relay_accrued",
            ("枠の見込み価値", "Relay: accrued value"),
            "relay.accrued",
            (
                "枠の価値 × 消化の見込み。消化・失効のときに取り崩します。",
                "Value of a slot × how likely it is used; taken back when it is redeemed or expires.",
            ),
        )
    ),
    _placed(
        _money(
            "relay_recovered",
            ("回収した価値", "Relay: recovered value"),
            "relay.recovered",
            (
                "枠で採用した人の紹介手数料に当たる価値。消化のときだけ計上します。",
                "The fee that a slot's hire saves, recognised only when the slot is redeemed.",
            ),
        ),
        8,
    ),
    _per_hire(
        "gross_cost_per_hire",
        ("採用単価(枠を手数料で計上)", "Cost per hire, slots at their fee"),
        ("cost.*", "relay.carried"),
        (
            "(期間の費用 + 枠の採用を手数料で計上した額)÷ 採用決定数。キャリアリレーがなければ掛かった単価です。",
            "(Cost of the window + hires through slots at the fee that they saved) ÷ hires: what a hire would cost without the relay.",
        ),
        9,
    ),
    _per_hire(
        "net_cost_per_hire",
        ("正味採用単価", "Net cost per hire"),
        ("cost.*", "relay.carried", "relay.credit"),
        (
            "(期間の費用 + 枠の採用の手数料 − 回収した価値)÷ 採用決定数。枠の採用は手数料で計上して差し引くか 0 とするかのどちらかで、二重には引きません。",
            "(Cost of the window + fees carried for hires through slots − value recovered) ÷ hires. A slot's hire is carried at its fee and"
            " credited, or at zero, never both.",
        ),
        10,
    ),
    Kpi(
        id="relay_roi",
        ja="リレー ROI",
        en="Relay ROI",
        kind="ratio",
        unit="ratio",
        numerator=("relay.recovered",),
        denominator=("cost.tool",),
        bases=DECIDED,
        only_dimensions=(TOTAL,),
        higher_is_better=True,
        explain_ja="回収した価値 ÷ ツールの費用(運用と候補者体験の費用)。",
        explain_en="Value recovered ÷ cost of tools, which run the relay and the candidates' experience.",
        panels=(Place("relay/flow", 11),),
    ),
    Kpi(
        id="relay_payback",
        ja="ツール・広告費の未回収額",
        en="Tool and media cost not yet recovered",
        kind="count",
        unit="money",
        numerator=("cost.tool", "cost.media", "relay.payback"),
        bases=DECIDED,
        only_dimensions=(TOTAL,),
        higher_is_better=False,
        explain_ja="期間のツール費と媒体費 − 枠で回収した価値。0 を下回れば、枠の採用が両方の費用を賄いました。",
        explain_en="Cost of tools and media in the window − value recovered through slots; below zero the slots have paid for both.",
        panels=(Place("relay/flow", 12),),
    ),
)
