"""Simulated KPI values of two years, as contact centres would count them: a CSV with commas."""

import csv
import logging
from pathlib import Path

import numpy as np
import pandas as pd

from peil.dutch import decimal_comma

log = logging.getLogger(__name__)

FILE = "kpi_2024.csv"
PERIODS = ("2023", "2024")
# Mean over municipalities, what participants have more, the change in a year, and the spread.
MEASURED = {
    "service_level": (0.79, 0.08, 0.02, 0.05),
    "abandonment": (0.065, -0.030, -0.004, 0.012),
    "email_within_two_days": (0.84, 0.03, 0.03, 0.05),
    "first_contact": (0.78, 0.02, 0.0, 0.05),
}
# How much a municipality moves by itself from year to year, as a part of the spread.
UNREST = 0.3


def write_kpis(inbox: Path, municipalities: pd.DataFrame, random_seed: int) -> Path:
    """Write every measured KPI per municipality and year."""
    path = inbox / FILE
    rows = make_kpis(municipalities, np.random.default_rng([random_seed, 4]))
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter=";", lineterminator="\r\n")
        writer.writerow(["gemeente", "periode", "kpi", "waarde", "herkomst"])
        for row in rows.itertuples(index=False):
            value = decimal_comma(f"{row.value:.4f}")
            writer.writerow([row.municipality, row.period, row.kpi, value, "Gesimuleerd"])
    log.info("%s: %s simulated rows.", path, f"{len(rows):,}")
    return path


def make_kpis(municipalities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Columns municipality (code), period, kpi and value (share, four decimals).

    Args:
        municipalities: the rows of seeds/municipalities.csv of the resident survey.
        rng: source of how municipalities differ and how they move.
    """
    takes_part = (municipalities["participation"] == "participant").to_numpy()
    parts = []
    for kpi, (mean, more, change, spread) in MEASURED.items():
        level = mean + more * (takes_part - 0.5) + rng.normal(0, spread, len(municipalities))
        for number, period in enumerate(PERIODS):
            moved = level + number * change + rng.normal(0, UNREST * spread, len(level))
            parts.append(
                pd.DataFrame(
                    {
                        "municipality": municipalities["municipality_code"].to_numpy(),
                        "period": period,
                        "kpi": kpi,
                        "value": np.clip(moved, 0, 1).round(4),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
