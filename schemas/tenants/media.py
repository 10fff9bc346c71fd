"""Well-known job media, agencies and other sources of applications, in every spelling that a tenant may use for one of them."""

from types import MappingProxyType

from schemas.text.plain import plain_name

# One row per medium. Spellings that differ only in case or width are not repeated.
SPELLINGS: tuple[tuple[str, ...], ...] = (
    ("doda", "デューダ", "ドーダ"),
    ("doda X", "デューダエックス"),
    ("Wantedly", "ウォンテッドリー", "ウォンテッドリ"),
    ("ビズリーチ", "BIZREACH", "Biz Reach"),
    ("リクナビ", "Rikunabi"),
    ("リクナビNEXT", "Rikunabi NEXT"),
    ("マイナビ", "Mynavi"),
    ("マイナビ転職", "Mynavi Tenshoku"),
    ("Indeed", "インディード"),
    ("LinkedIn", "リンクトイン", "リンクドイン", "Linked In"),
    ("Green", "グリーン"),
    ("Forkwell", "フォークウェル"),
    ("LAPRAS", "ラプラス"),
    ("Findy", "ファインディ"),
    ("OpenWork", "オープンワーク", "Open Work"),
    ("en転職", "エン転職", "en-japan", "エン・ジャパン"),
    ("ミドルの転職",),
    ("AMBI", "アンビ"),
    ("YOUTRUST", "ユートラスト"),
    ("type", "@type"),
    ("女の転職type", "女の転職@type"),
    ("とらばーゆ",),
    ("リクルートエージェント", "Recruit Agent"),
    ("リクルートダイレクトスカウト", "Recruit Direct Scout"),
    ("パソナ", "Pasona"),
    ("JACリクルートメント", "JAC Recruitment", "ジェイエイシーリクルートメント"),
    ("レバテック", "Levtech"),
    ("ギークリー", "Geekly"),
    ("ワークポート", "Workport"),
    ("キャリトレ",),
    ("キミスカ",),
    ("OfferBox", "オファーボックス"),
    ("スタンバイ", "Stanby"),
    ("求人ボックス", "Kyujin Box"),
    ("engage", "エンゲージ"),
    ("タウンワーク", "Townwork"),
    ("バイトル", "Baitoru"),
    ("ハローワーク", "Hello Work", "HelloWork"),
    ("Glassdoor", "グラスドア"),
    ("Facebook", "フェイスブック"),
    ("Instagram", "インスタグラム"),
    ("Google", "グーグル"),
    ("Monster", "モンスター"),
    ("Daijob", "ダイジョブ"),
    ("CareerCross", "キャリアクロス", "Career Cross"),
    ("Robert Walters", "ロバート・ウォルターズ"),
    ("Michael Page", "マイケル・ペイジ"),
    ("Robert Half", "ロバート・ハーフ"),
    ("Morgan McKinley", "モーガンマッキンリー"),
    ("Spencer Stuart",),
    ("Russell Reynolds",),
    ("Egon Zehnder",),
    ("Korn Ferry", "コーン・フェリー"),
    ("Hays", "ヘイズ"),
    ("Randstad", "ランスタッド"),
    ("Adecco", "アデコ"),
    ("HeadHunter", "hh.ru"),
    ("Stack Overflow",),
    ("GitHub",),
)


# Katakana as hiragana; spaces, middle dots and hyphens go.
_FOLDED = {
    katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)
} | dict.fromkeys(map(ord, " ・·-‐_"))


def spelling_key(name: str) -> str:
    """What all spellings of one name share: NFKC, lower case, hiragana for katakana, no spaces, dots or hyphens."""
    return plain_name(name).casefold().translate(_FOLDED)


# Key of a spelling → the usual name of its medium.
MEDIUM_BY_KEY = MappingProxyType(
    {spelling_key(name): names[0] for names in SPELLINGS for name in names}
)
