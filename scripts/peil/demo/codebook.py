"""The codebook that the demo is simulated for: the one that comes with Peil."""

from pathlib import Path

import pandas as pd

from peil.demo.population import SOURCES
from peil.errors import InputError

SEEDS = (
    "municipalities", "region_groups", "attributes", "contrasts", "bindings", "options", "questions"
)  # fmt: skip
SURVEY = "omnichannel"


def read_codebook(seeds: Path) -> dict[str, pd.DataFrame]:
    """The seeds the demo is made from; a municipality carries who takes part (participation)."""
    text = {"dtype": str, "keep_default_na": False}
    tables = {name: pd.read_csv(seeds / f"{name}.csv", **text) for name in SEEDS}
    compared = tables["contrasts"][["attribute_code"]].merge(tables["region_groups"])
    taking_part = compared.merge(tables["attributes"], on="attribute_code")
    taking_part = taking_part.rename(columns={"level_code": "participation"})
    known = taking_part[["survey_code", "municipality_code", "participation"]]
    tables["municipalities"] = tables["municipalities"].merge(known)
    return tables


def require_demo(seeds: Path) -> None:
    """Refuse a codebook that the demo is not simulated for.

    Raises:
        InputError: a source of the demo is not in it.
    """
    found = set(pd.read_csv(seeds / "sources.csv", dtype=str)["source_code"])
    for source in (*SOURCES, "bevolking"):
        if source not in found:
            raise InputError(
                f"{seeds / 'sources.csv'}: has no source '{source}', so this is not the codebook "
                "that the demo is simulated for. `peil init NAME` makes a survey folder with that "
                "one; or point --seeds (PEIL_SEEDS) at it."
            )


def of_residents(codebook: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The municipalities whose residents are asked."""
    municipalities = codebook["municipalities"]
    return municipalities[municipalities["survey_code"] == SURVEY].reset_index(drop=True)
