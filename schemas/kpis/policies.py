"""Counting policies: assumptions shared by all KPI definitions, with a version that is bumped on every change."""

from dataclasses import dataclass

VERSION = 2


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One counting decision that another analyst could reasonably make differently, with its reason."""

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
        id="direction",
        ja="移動の向きは、選考フローの段階の順序で決めます。順序が分からなければ、その応募が実際に通った段階で決めます。"
        "フローは会社ごとに違い、段階の種類だけでは前後を決められないからです。意味の設定されていない段階は何も判定しません。",
        en="The pipeline's own order of stages decides the direction of a move; where it is unknown, the stages that the application"
        " has visited do. Pipelines differ, so the kind of a stage alone says nothing about it. A stage without a meaning decides"
        " nothing.",
    ),
    Policy(
        id="side_steps",
        ja="カジュアル面談、適性検査・課題、経歴調査は本線の外の段階です。そこへ進むと直前の段階は通過となり、そこで終わるとその段階だけが不採用です。"
        "会社によって置く位置が違うため、選考通過率には入れず、それぞれの率で見ます。",
        en="Casual talks, assessments and reference checks are side steps: entering one passes the stage before it, and ending in one"
        " fails it alone. Companies place them differently, so they have rates of their own and are not in the pass rate of the main"
        " line.",
    ),
    Policy(
        id="reversals",
        ja="前の段階に戻すと、戻った先から後の進出・通過は取り消されます。再び進めると、最初に通過した日に、そのとき判定した面接官で戻ります"
        "(別の面接官が改めて判定すればその人)。一つの判定を二度数えないためです。",
        en="A return takes back what was entered and passed since. Going on again restores it on its first day, with the interviewers who"
        " decided then, or with others if others decided anew: one decision counts once.",
    ),
    Policy(
        id="duplicates",
        ja="同じ出来事は何度届いても、別の id で届いても、一度だけ数えます。重複として閉じられた応募は応募数に入り、どの率にも入りません。"
        "同じ人を二度評価したことにはならないからです。",
        en="One event counts once however often it is delivered, also under a new id. An application closed as a duplicate is an"
        " application and in no rate, because nobody was judged twice.",
    ),
    Policy(
        id="reapplications",
        ja="再応募は新しい応募です。システムが同じ id のまま再応募を伝えたときは、終わった応募はその数字のまま残り、二回目が始まります。",
        en="A re-application is a new application. Where the system tells it under the old id, the first attempt keeps its numbers and"
        " a second one begins.",
    ),
    Policy(
        id="withdrawals",
        ja="辞退は通過率の分母に入りません。会社の判定ではないからです。面接実施前と実施後を分けて数えます。不採用のあとに届いた辞退は数えません。",
        en="Withdrawals are in no pass rate, because the company did not decide; those before an interview and after one are told apart."
        " One that arrives after a rejection does not count.",
    ),
    Policy(
        id="closings",
        ja="どちらの判断でもない終了(求人終了、採用枠の充足)は通過率に入りません。誰も判定していないからです。"
        "応募あたりの率の分母には残ります。応募は実際にあったからです。",
        en="A closing by neither side (job closed, position filled) is in no pass rate, because nobody decided, and stays in the"
        " denominator of rates per application, because the application was there.",
    ),
    Policy(
        id="endings",
        ja="終了は積み重なり、有効なのは一番上です。間違いを取り消せば、その前の状態(採用を含む)に戻ります。終わった応募に別の種類の終了が届いても、"
        "再開がなければ最初の終了が有効です。同じ種類が再び届けば理由だけが変わります。採用は例外です。採用は以前の不採用・辞退に代わり、"
        "採用後の候補者の辞退と会社の取消は採用を取り消し、どちらの判断でもない終了は採用に触れません。"
        "最後に届いた終了が、最も正しいとは限らないからです。",
        en="Endings are a stack, and its top stands. Undoing a mistaken one gives back what stood before, a hire too. A later ending of another"
        " kind does not replace the first unless the application was reopened; the same kind told again changes the reason and not the day."
        " Hires are the exception: a hire replaces an earlier rejection or withdrawal, a candidate's withdrawal or a company's rejection after"
        " it takes it back, and a closing by neither side never touches it. The ending told last is not always the truest.",
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
        id="interview_days",
        ja="面接は実施された日(開始日時)に、実施時の段階で数えます。後日に完了を付けても、予約時の段階が違っても変わりません。"
        "評価は最初に提出された日に数え、修正は内容だけを変えます。",
        en="An interview counts on the day it was held (its start) and at the stage in which it was held, whenever it was booked or ticked"
        " off. A scorecard counts on its first submission; edits change only what it says.",
    ),
    Policy(
        id="reschedules",
        ja="一つの予定の取消と再作成は一回の日程変更です。別の日時に行われた結果は別の予定です(6 日に無断欠席、10 日に実施なら両方を数えます)。",
        en="Cancelling and creating within one schedule is one rescheduling. An outcome at another appointed time is another appointment: a"
        " no-show on the 6th and an interview on the 10th both count.",
    ),
    Policy(
        id="shadows",
        ja="面接官は、実際にそこにいた人です。見学者、参加を断った人、交代した人は数えず、見学者の評価も数えません。判定した人だけを比べるためです。",
        en="Interviewers are those who were there: who shadowed, declined or was replaced is not one, and a shadow's scorecard does not count,"
        " so that only those who decided are compared.",
    ),
    Policy(
        id="offers",
        ja="内定は内定ごとに数え、同じ id の新しい版は同じ内定です。応募あたりの内定率は、内定が何度出ても応募を一件と数えます。"
        "承諾は、候補者が後で辞退しても会社が取り消しても残り、それぞれ別に数えます。内定を伝えないシステムでは、内定・承諾の段階から読み取ります。",
        en="Offers count one by one; a new version of one id is the same offer. Rates per application count an application once however many"
        " offers it got. An acceptance stands whether the candidate reneges or the company revokes, and both are counted apart. Where a system"
        " reports no offers, the stages offer and accepted tell them.",
    ),
    Policy(
        id="joins",
        ja="入社は入社日に数え、今日より後の日は「入社予定」です。辞退や入社日の変更があれば取り消され、移ります。"
        "退職して再び入社すれば、二回の入社です。",
        en="A join counts on its first day; after today it is planned. A renege or another first day takes it back or moves it. Leaving and coming"
        " back are two employments.",
    ),
    Policy(
        id="first_response",
        ja="一次対応は会社の人がした最初のことです。自動処理・システム・候補者自身が段階を動かしても対応ではありません。候補者に答えていないからです。"
        "終了のうち不採用と採用は対応、辞退とその他の終了は対応ではありません。",
        en="The first response is the first thing that a person at the company did. Automation, systems and candidates move a card, they do not"
        " answer a candidate. A rejection or a hire is a response, a withdrawal or a closing is not.",
    ),
    Policy(
        id="owners",
        ja="出来事の日の基準では、判定とその結果はその時点の採用担当者に属し、担当が変わっても過去の数字は動きません。"
        "応募日コホートでは、応募のすべてが最後の担当者に属します(媒体と同じ)。どちらでも、率の分子と分母は同じ応募から成ります。",
        en="By day of the event, a decision and its outcome belong to the recruiter of that day, and a reassignment moves nothing. By day of"
        " application, all of an application belongs to its last recruiter, as it does to its channel. Either way a rate divides the same"
        " applications.",
    ),
    Policy(
        id="attributes",
        ja="媒体・求人・部門などは最後に分かった値です。訂正すると過去の数字も移ります。",
        en="Channel, job, department and the like are as last known; a correction moves all that was counted.",
    ),
    Policy(
        id="nonsense",
        ja="あり得ない値(開始前の終了、応募前の採用)は 0 ではなく不明です。数えずに「あり得ない値」として示します。",
        en="What cannot be true (an end before its start, a hire before its application) is unknown, not 0: it is left out and counted as an"
        " impossible value.",
    ),
    Policy(
        id="money",
        ja="費用は税抜・税込を区別せず、送られた額をテナントの通貨で数えます。契約は日数で均等に割り、返金はその月の費用から引きます。"
        "採用一件の費用(scope: hire)はその応募の媒体と求人に入ります。外部費用は社外や候補者への支払い、内部費用は社員と設備(ツールを含む)です。"
        "費用がなければ単価はなく、費用があって採用がなければ ROI は 0 です。",
        en="Costs are as sent, with or without tax, in the tenant's currency; a contract is spread evenly over its days, and a refund lowers its"
        " own month. A cost of one hire (`scope: hire`) counts in that application's channel and job. External is what is paid to others and"
        " candidates, internal are staff and facilities, tools among them. Without cost there is no cost per hire; cost without a hire has"
        " returned 0.",
    ),
)
