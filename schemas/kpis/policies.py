"""Counting policies: assumptions shared by all KPI definitions, with a version that is bumped on every change."""

from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One counting decision that another analyst could reasonably make differently."""

    id: str
    ja: str
    en: str


POLICIES = (
    Policy(
        id="skips",
        ja="飛ばした段階(免除)は、進出にも通過にも数えません。",
        en="A skipped stage is neither entered nor passed.",
    ),
    Policy(
        id="reversals",
        ja="前の段階に戻すと、戻った先から後の進出・通過は取り消されます。率は最後の判定で数えます。",
        en="Moving back takes back what was entered and passed since; rates use the final resolution of a visit.",
    ),
    Policy(
        id="duplicates",
        ja="同じ出来事は何度届いても一度だけ数えます。重複応募として閉じられた応募は通過率に入りません。",
        en="One event counts once however often it is delivered; an application closed as a duplicate is in no rate.",
    ),
    Policy(
        id="reapplications",
        ja="再応募は新しい応募です。",
        en="A re-application is a new application.",
    ),
    Policy(
        id="withdrawals",
        ja="辞退は通過率の分母に入りません。面接実施前と実施後を分けて数えます。",
        en="Withdrawals are in no pass rate; those before an interview and after one are told apart.",
    ),
    Policy(
        id="endings",
        ja="一つの応募は一度だけ終わります。最後に伝えられた終了が有効です。",
        en="An application ends once; the ending told last stands.",
    ),
    Policy(
        id="holds",
        ja="求人の保留期間は充足期間から除きます。一度閉じて再開した求人は再開日から数えます。",
        en="Time on hold is taken out of time to fill; a job opened again after it closed begins anew.",
    ),
    Policy(
        id="tests",
        ja="テストの応募、見込み客、タレントプール、単独で削除された応募は数えません。",
        en="Test applications, prospects, talent pools and applications deleted by themselves are not counted.",
    ),
    Policy(
        id="shadows",
        ja="見学の面接官は数えません。",
        en="Shadowing interviewers are not counted.",
    ),
    Policy(
        id="owners",
        ja="採用担当者は、その出来事の時点の担当者です。担当が変わっても過去の数字は動きません。",
        en="The recruiter is the one at the time of the event; a reassignment moves nothing that was counted.",
    ),
    Policy(
        id="attributes",
        ja="媒体・求人・部門などは最後に分かった値です。訂正すると過去の数字も移ります。",
        en="Channel, job, department and the like are as last known; a correction moves all that was counted.",
    ),
    Policy(
        id="money",
        ja="費用は税抜・税込を区別せず、送られた額をテナントの通貨で数えます。契約は日数で均等に割ります。",
        en="Costs are as sent, in the tenant's currency; a contract is spread evenly over its days.",
    ),
)
