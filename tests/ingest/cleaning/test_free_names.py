"""Personal data is taken out of free texts, and names of companies, media, jobs and stages stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ingest.cleaning.free_names import without_personal_data

# What people write into channels, sources, jobs and stages → what is left of it.
CHANGED = [
    ("紹介 山田太郎 taro@example.jp", "紹介"),
    ("紹介 taro@example.jp 山田太郎", "紹介"),
    ("紹介taro@example.jp", "紹介"),
    ("紹介 taro@…", "紹介"),
    ("紹介（山田太郎）", "紹介"),
    ("紹介:山田太郎", "紹介"),
    ("紹介 山田 太郎", "紹介"),
    ("紹介 山田", "紹介"),
    ("紹介 鬼頭さん", "紹介"),
    ("社員紹介／佐藤花子", "社員紹介"),
    ("社員紹介 渡邊 健", "社員紹介"),
    ("知人紹介 長谷川 誠", "知人紹介"),
    ("リファラル（佐藤 花子）", "リファラル"),
    ("リファラル：高橋一郎さん", "リファラル"),
    ("ﾘﾌｧﾗﾙ 高橋一郎", "リファラル"),
    ("紹介者: 山田太郎", "紹介者"),
    ("紹介者：鬼頭 真紀", "紹介者"),
    ("紹介者名 ヤマダ タロウ", "紹介者名"),
    ("紹介者: 社員 山田太郎", "紹介者: 社員"),
    ("推薦者：中村 美咲様", "推薦者"),
    ("紹介：ビズリーチ 山田太郎", "紹介:ビズリーチ"),
    ("山田太郎さんの紹介", "紹介"),
    ("鬼頭様のご紹介", "ご紹介"),
    ("鈴木一郎様ご紹介", "ご紹介"),
    ("森田さんからの紹介", "紹介"),
    ("知人 山田太郎さんの紹介", "知人 紹介"),
    ("referred by Taro Yamada", "referred by"),
    ("Referred by: Hanako SATO", "Referred by"),
    ("Referred by employee Taro Yamada via LinkedIn", "Referred by employee via LinkedIn"),
    ("recommended by Jane Doe", "recommended by"),
    ("via John Smith", "via"),
    ("via hanako", "via"),
    ("Referral (Taro Yamada)", "Referral"),
    ("Referral from Emily Johnson", "Referral from"),
    ("Referral - Kenji Watanabe", "Referral"),
    ("Taro Yamada <taro.yamada@example.jp>", ""),
    ("Indeed / Taro Yamada <taro@example.jp>", "Indeed"),
    ("Wantedly <info@wantedly.com>", "Wantedly"),
    ("ビズリーチ taro@example.jp", "ビズリーチ"),
    ("株式会社アクメ taro@acme.jp", "株式会社アクメ"),
    ("doda（担当：田中 tanaka@doda.example）", "doda(担当)"),
    ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", ""),
    ("taro [at] example.com", ""),
    ("taro%40example.jp", ""),
    ("mailto:taro@example.jp", ""),
    ("メール: taro@example.jp 書類選考", "書類選考"),
    ("山田@例え.jp 一次面接", "一次面接"),
    ("https://jobs.example.com/apply?email=taro@example.jp", "https://jobs.example.com/apply"),
    (
        "https://jobs.example.com/apply?email=taro%40example.jp&utm_source=doda",
        "https://jobs.example.com/apply?utm_source=doda",
    ),
    (
        "https://example.com/?utm_source=x&first_name=Taro&last_name=Yamada",
        "https://example.com/?utm_source=x",
    ),
    ("https://example.com/?ref=090-1234-5678", "https://example.com/"),
    ("doda 090-1234-5678", "doda"),
    ("doda 09012345678", "doda"),
    ("０９０－１２３４－５６７８", ""),
    ("090-0000-0000 ハローワーク", "ハローワーク"),
    ("紹介 田中 090-1234-5678", "紹介"),
    ("TEL: 03-1234-5678 ビズリーチ", "ビズリーチ"),
    ("電話番号0312345678", ""),
    ("ハローワーク渋谷 (03)3456-7890", "ハローワーク渋谷"),
    ("0120-123-456", ""),
    ("+81 90 1234 5678", ""),
    ("LinkedIn +1 415 555 2671", "LinkedIn"),
    ("Referral (415) 555-2671", "Referral"),
    ("HeadHunter +7 918 123-45-67", "HeadHunter"),
    ("+44 20 7946 0958 Glassdoor", "Glassdoor"),
]
# Media, companies, kinds of sources, jobs, stages, codes, dates and amounts.
UNCHANGED = [
    "ビズリーチ",
    "リファラル",
    "社員紹介",
    "知人紹介",
    "人材紹介",
    "人材紹介コンサルタント",
    "人材紹介 営業",
    "紹介予定派遣 スタッフ",
    "紹介会社",
    "紹介 株式会社リクルート",
    "紹介 高島屋",
    "紹介 伊藤忠商事",
    "紹介 三菱商事",
    "紹介 大塚商会",
    "紹介 千葉支店",
    "紹介者: なし",
    "紹介者：社員",
    "紹介者 不明",
    "友人の紹介",
    "お客様のご紹介",
    "取引先様からの紹介",
    "大学の紹介",
    "リクルートの紹介",
    "職業紹介事業 企画",
    "推薦入社",
    "Referral",
    "Employee Referral",
    "Referral Program 2026",
    "Referred by employee",
    "referred by Acme Corporation",
    "via LinkedIn",
    "via Indeed Plus",
    "via Robert Walters",
    "via Michael Page",
    "via Taro Yamada Consulting",
    "Indeed Plus",
    "doda",
    "doda X",
    "Wantedly",
    "@cosme",
    "女の転職@type",
    "株式会社@フーズ",
    "Java@Tokyo",
    "Engineer @ Osaka",
    "C++/C# エンジニア",
    "C#",
    "営業(関東)",
    "SRE / Platform",
    "03-0012",
    "03-2026-0401",
    "REQ-03-1234-567",
    "J-090-1234-5678",
    "JOB_2026_0401_1234",
    "20260401-0012",
    "1234567890",
    "0312345678",
    "2026-04-01",
    "2026/04/01 10:30",
    "令和8年4月1日",
    "1,200,000円",
    "年収 600万〜900万",
    "¥12,000,000",
    "192.168.100.200",
    "v1.2.3.4",
    "https://jobs.example.com/apply?utm_source=doda&utm_medium=cpc",
    "https://example.com/jobs/12345678901",
    "書類選考",
    "一次面接（オンライン）",
    "最終面接 (役員)",
    "応募 > 書類",
    "新卒 2027 夏インターン",
    "Q&A セッション",
    "What's next?",
    "山田電機",
    "田中貴金属",
    "森ビル",
    "東京エレクトロン",
    "Marketing via content",
    "Хедхантер",
]


@pytest.mark.parametrize(("text", "rest"), CHANGED, ids=[text for text, _ in CHANGED])
def test_personal_data_is_taken_out(text: str, rest: str) -> None:
    """Addresses, telephone numbers and the names beside them go, and the rest stays."""
    assert without_personal_data(text) == rest


@pytest.mark.parametrize("text", UNCHANGED)
def test_other_texts_stay(text: str) -> None:
    """Names of companies and media, codes, dates and amounts are not taken for personal data."""
    assert without_personal_data(text) == text


@pytest.mark.parametrize(("text", "_rest"), CHANGED, ids=[text for text, _ in CHANGED])
def test_a_clean_text_is_clean(text: str, _rest: str) -> None:
    """Cleaning a cleaned text changes nothing."""
    once = without_personal_data(text)

    assert without_personal_data(once) == once


@pytest.mark.parametrize("text", ["doda\x00", " doda\r\n", "d\x07oda", "\ufeffdoda", "do\u200bda"])
def test_control_characters_go(text: str) -> None:
    """NUL, control and invisible characters are removed, and spaces at the ends."""
    assert without_personal_data(text) == "doda"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_address_survives(before: str, after: str) -> None:
    """Whatever surrounds an address, its domain never stays behind an @."""
    cleaned = without_personal_data(f"{before} taro@example.jp {after}")

    assert "taro@example" not in cleaned


@given(st.text(max_size=80))
def test_any_text_is_readable(text: str) -> None:
    """Any text is accepted, and the result has no control characters and no spaces at its ends."""
    cleaned = without_personal_data(text)

    assert cleaned == cleaned.strip()
    assert not any(ord(letter) < 32 for letter in cleaned)
