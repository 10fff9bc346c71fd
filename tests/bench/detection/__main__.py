"""`make bench-detect`: prints the table of every figure beside what must hold, for any seed; exit 1 if one does not."""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from tests.bench.detection import figures, live, run_lengths

FAILED = "  <-- NOT MET"


class Report:
    """Prints figures as they are measured, and remembers which limits were missed."""

    def __init__(self) -> None:
        """Nothing measured yet."""
        self.figures: dict[str, float] = {}
        self.missed: list[str] = []

    def check(
        self, text: str, value: float, *, low: float = -np.inf, high: float = np.inf
    ) -> float:
        """Print a figure and what must hold."""
        holds = low <= value <= high
        bounds = " and ".join(
            f"{sign} {bound:g}" for sign, bound in ((">=", low), ("<=", high)) if np.isfinite(bound)
        )
        print(f"  {text:<72}{value:>8.3f}   {bounds}{'' if holds else FAILED}", flush=True)
        if not holds:
            self.missed.append(text)
        return value


def quiet_company(report: Report, rng: np.random.Generator) -> None:
    """A year of the quiet company."""
    print("A year in which nothing changes: 12 channels, 40 interviewers, 30 jobs; alarms a year")
    years = figures.quiet_years(rng)
    for year in years:
        print(f"  {year.rule:<40}{year.at_target:>8.2f} at target {year.above:>8.2f} at +5 points")
    value = report.check("ours at the target, budgets adding to 3", years[0].at_target, high=3)
    report.figures["quiet_company_alarms_a_year"] = value


def off_target(report: Report, rng: np.random.Generator) -> None:
    """False alarms and delays of rates against a target."""
    print(
        "Off target: the share of the budget that is used at the target itself, and days to an alarm"
    )
    for target in (0.05, 0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 0.95):
        report.check(f"budget used, target {target:g}", figures.budget_used(rng, target), high=1)
    for part, limits in ((730, (40, 14)), (14_600, (95, 26))):
        delays = figures.off_target_delays(rng, part)
        for (fallen, days), limit in zip(delays.items(), limits, strict=True):
            report.check(
                f"median days, 40 -> {100 * fallen:g} %, one in {part} days", days, high=limit
            )


def point_comparisons(report: Report, rng: np.random.Generator) -> None:
    """Counts, medians and service levels by the code that the watch calls."""
    print("Counts and medians that meet their target, alarms a year under a budget of one")
    for name, alarms in live.point_comparisons(rng).items():
        report.check(name, alarms, high=1)
    grouped = live.service_level_year(rng)
    print(f"  {'service level in 30 jobs: breaches a year':<72}{grouped.members:>8.0f}")
    print(
        f"  {'  grouped, as Alertmanager notifies: incidents a year':<72}{grouped.incidents:>8.0f}"
    )
    print("The rules that run live and the simulations of this bench: alarms that both raise")
    report.check("off target", live.off_target_agreement(rng), low=0.95)
    report.check("changed, 200 people", live.changed_agreement(rng), low=0.85)
    length = run_lengths.bernoulli_cusum(rng, 0.4)
    report.check(
        "Bernoulli CUSUM h = 4.48, decisions per false alarm (992)", length, low=890, high=1_095
    )


def changed(report: Report, rng: np.random.Generator) -> None:
    """200 people, ten of whom change."""
    print("Changed: 200 people, 3 decisions a week, 10 changes of odds ratio 3 a year")
    year = figures.changed_years(rng)
    report.figures["changed_false_alarms_a_year_per_200"] = report.check(
        "false alarms a year per 200", year.false_alarms, high=2.33
    )
    report.figures["changed_found"] = report.check("changes found", year.found, low=0.68)
    report.check("median weeks until found", year.weeks, high=17)


def people(report: Report, rng: np.random.Generator) -> None:
    """People compared."""
    print("People: coverage of the 90 % interval, and equals flagged for their mix of stages")
    coverage = figures.interviewer_coverage(rng)
    for (persons, n), share in coverage.items():
        report.check(f"coverage, {persons} people with {n} decisions each", share, low=0.85)
    report.figures["interviewer_coverage_smallest"] = min(coverage.values())
    flags = report.check("equally strict people flagged", figures.case_mix_flags(rng), high=0.05)
    report.figures["case_mix_flags"] = flags


def causes(report: Report, rng: np.random.Generator) -> None:
    """Segments and root causes."""
    print("Why: one of 12 channels and 30 jobs fell; and causes of one to three dimensions")
    right, silent = figures.segments(rng)
    report.figures["segment_right_first"] = report.check("right segment named", right, low=0.75)
    report.check("nobody named when nothing fell", silent, low=0.9)
    scan, plain, milliseconds = figures.root_cause_scores(rng)
    print(f"  {'F1 of plain contribution':<72}{plain:>8.3f}")
    report.figures["root_cause_f1"] = report.check("F1 of the scan, 150 cases", scan, low=0.57)
    report.check("median milliseconds of a scan", milliseconds, high=100)


def forecasts(report: Report, rng: np.random.Generator) -> None:
    """Forecasts of hires."""
    print("Forecast: coverage of the 80 % interval")
    report.check("hire rate steady", figures.forecast_coverage(rng, 0.0), low=0.75)
    report.figures["forecast_coverage_dispersed"] = report.check(
        "hire rate varies by 35 % from month to month",
        figures.forecast_coverage(rng, 0.35),
        low=0.7,
    )


def main() -> None:
    """Measure everything with one seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    report, started = Report(), time.monotonic()
    print(f"seed {options.seed}")
    parts = (quiet_company, off_target, changed, people, causes, forecasts, point_comparisons)
    for part, seed in zip(
        parts, np.random.SeedSequence(options.seed).spawn(len(parts)), strict=True
    ):
        part(report, np.random.default_rng(seed))
    print(f"{time.monotonic() - started:.0f} s; {len(report.missed)} figures not met")
    if options.json:
        options.json.write_text(json.dumps(report.figures, indent=2) + "\n")
    sys.exit(1 if report.missed else 0)


if __name__ == "__main__":
    main()
