"""データ品質: KPIs on events that could not be counted as they were meant, or that changed what was counted."""

from typing import Any

from schemas.cells import TOTAL
from schemas.kpis.definition import DECIDED, Kpi, Place
from schemas.kpis.playbook import DATA, Play

PANEL = "pipeline/quality"
# Events of the whole company: a breakdown would count an event without an application nowhere.
COUNT: dict[str, Any] = {
    "kind": "count",
    "unit": "count",
    "bases": DECIDED,
    "only_dimensions": (TOTAL,),
    "hide_zero": True,
}

OUT_OF_ORDER = Play(
    id="out_of_order_data",
    check_ja="配信の再送や遅れ、過去データの取り込みではないか。",
    check_en="Are these repeated or late deliveries, or an import of past data?",
    suggest_ja="数字は起きた順に数え直し済みです。急に増えたら `hirelay connections` で配信の遅れを確認してください。",
    suggest_en="Numbers already follow the order of events. If there are suddenly more, check `hirelay connections`.",
    **DATA,
)
WITHOUT_STAGE = Play(
    id="data_without_stage",
    check_ja="段階を設定しないまま応募を終了していないか。段階を送る設定になっているか。",
    check_en="Are applications ended before they get a stage, or does the webhook leave the stage out?",
    suggest_ja="応募を終了する前に段階を設定し、Webhook で段階も送るようにしてください。",
    suggest_en="Set the stage before ending an application, and let the webhook send it.",
    **DATA,
)
CORRECTED = Play(
    id="corrected_data",
    check_ja="どの項目を、誰が、なぜ後から直しているか。",
    check_en="Which fields are corrected later, by whom and why?",
    suggest_ja="対応は不要です。過去の数字は訂正後の値です。多い項目は最初の入力を見直してください。",
    suggest_en="Nothing to do: past numbers are the corrected ones. If one field stands out, improve how it is entered.",
    **DATA,
)
REPEATED = Play(
    id="repeated_data",
    check_ja="同じイベントを二つの Webhook や、取り込みと Webhook の両方で送っていないか。",
    check_en="Do two webhooks, or an import and a webhook, send the same events?",
    suggest_ja="一度だけ数えています。重なっている Webhook や取り込みを一つにしてください。",
    suggest_en="Each was counted once. Keep only one of the overlapping webhooks or imports.",
    **DATA,
)

KPIS = (
    Kpi(
        id="events_without_stage",
        ja="段階のない終了",
        en="Endings without a stage",
        numerator=("quality.without_stage",),
        higher_is_better=False,
        explain_ja="一度も段階が届かないまま終わった応募。件数には入り、どの段階の通過率にも入りません。",
        explain_en="Applications that ended without ever having had a stage; they are counted, but in the rate of no stage.",
        panels=(Place(PANEL, 4),),
        play=WITHOUT_STAGE,
        **COUNT,
    ),
    Kpi(
        id="out_of_order_events",
        ja="順序が前後したイベント",
        en="Events out of order",
        numerator=("quality.out_of_order",),
        higher_is_better=False,
        explain_ja="同じ応募の、後に起きたイベントより遅れて届いたもの。起きた順に数えます。",
        explain_en="Events that arrived after a later one of the same application. They count in the order in which they happened.",
        panels=(Place(PANEL, 5),),
        play=OUT_OF_ORDER,
        **COUNT,
    ),
    Kpi(
        id="repeated_events",
        ja="重ねて届いたイベント",
        en="Events sent again",
        numerator=("quality.told_again",),
        higher_is_better=False,
        explain_ja="同じ内容が別の ID で再び届いたもの。一度だけ数えます。",
        explain_en="The same content under another id; it counts once.",
        panels=(Place(PANEL, 6),),
        play=REPEATED,
        **COUNT,
    ),
    Kpi(
        id="corrected_events",
        ja="訂正されたイベント",
        en="Corrected events",
        numerator=("quality.corrected",),
        explain_ja="記録の改訂と取り消し、媒体の訂正、候補者の統合、面接・評価・入社の取り消し。数字は訂正後の値です。",
        explain_en="Revised and withdrawn records, corrected channels, merged candidates, and interviews, scorecards and joins taken back. Numbers are the corrected ones.",
        panels=(Place(PANEL, 7),),
        play=CORRECTED,
        **COUNT,
    ),
)
