"""The simulated companies: channels, stages, jobs and ATS."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company's channels, stages, pass rates and jobs.

    `channels` are (name, weight, lift): a lift above 1 passes more often. `stages` are (id, name, pass rate, whether
    there is an interview).
    """

    tenant: str
    connection: str
    vendor: str
    share: float
    channels: tuple[tuple[str, int, float], ...]
    stages: tuple[tuple[int, str, float, bool], ...]
    jobs: tuple[str, ...]
    first_user_id: int


JAPANESE_CHANNELS = (
    ("リクナビNEXT", 30, 0.9),
    ("doda", 26, 1.0),
    ("ビズリーチ", 14, 1.15),
    ("Wantedly", 14, 0.95),
    ("Green", 8, 1.05),
    ("社員紹介", 8, 1.35),
)
ENGLISH_CHANNELS = (
    ("LinkedIn", 34, 1.0),
    ("Indeed", 30, 0.85),
    ("Careers page", 18, 1.0),
    ("Referral", 10, 1.4),
    ("Agency", 8, 1.15),
)

COMPANIES = (
    Company(
        tenant="aoba",
        connection="aoba-greenhouse",
        vendor="greenhouse",
        share=0.33,
        channels=JAPANESE_CHANNELS,
        stages=(
            (1101, "書類選考", 0.42, False),
            (1102, "一次面接", 0.5, True),
            (1103, "二次面接", 0.6, True),
            (1104, "最終面接", 0.65, True),
            (1105, "内定", 0.75, False),
        ),
        jobs=("サーバーサイドエンジニア", "データアナリスト", "法人営業", "カスタマーサクセス"),
        first_user_id=501,
    ),
    Company(
        tenant="brightwater",
        connection="brightwater-greenhouse",
        vendor="greenhouse",
        share=0.2,
        channels=ENGLISH_CHANNELS,
        stages=(
            (2101, "Application Review", 0.35, False),
            (2102, "Phone Screen", 0.55, True),
            (2103, "First Interview", 0.55, True),
            (2104, "Final Interview", 0.6, True),
            (2105, "Offer", 0.8, False),
        ),
        jobs=("Platform Engineer", "Product Designer", "Account Executive"),
        first_user_id=701,
    ),
    Company(
        tenant="sakura",
        connection="sakura-standard",
        vendor="standard",
        share=0.17,
        channels=JAPANESE_CHANNELS,
        stages=(
            (3101, "書類選考", 0.5, False),
            (3102, "一次面接", 0.55, True),
            (3104, "最終面接", 0.6, True),
            (3105, "内定", 0.7, False),
        ),
        jobs=("看護師", "臨床検査技師", "医療事務"),
        first_user_id=901,
    ),
    Company(
        tenant="kaede",
        connection="kaede-ashby",
        vendor="ashby",
        share=0.16,
        channels=JAPANESE_CHANNELS,
        stages=(
            (4101, "書類選考", 0.4, False),
            (4102, "カジュアル面談", 0.7, True),
            (4103, "一次面接", 0.5, True),
            (4104, "最終面接", 0.6, True),
            (4105, "内定", 0.75, False),
        ),
        jobs=("機械学習エンジニア", "プロダクトマネージャー", "品質保証"),
        first_user_id=1101,
    ),
    Company(
        tenant="northwind",
        connection="northwind-lever",
        vendor="lever",
        share=0.1,
        channels=ENGLISH_CHANNELS,
        stages=(
            (5101, "Résumé review", 0.4, False),
            (5102, "Recruiter screen", 0.6, True),
            (5103, "Onsite", 0.5, True),
            (5104, "Offer", 0.8, False),
        ),
        jobs=("Operations Manager", "Support Engineer"),
        first_user_id=1301,
    ),
    Company(
        tenant="harbor",
        connection="harbor-smartrecruiters",
        vendor="smartrecruiters",
        share=0.04,
        channels=ENGLISH_CHANNELS,
        stages=((6101, "In review", 0.5, False), (6102, "Interview", 0.5, True)),
        jobs=("Store Manager", "Buyer"),
        first_user_id=1501,
    ),
)
