"""Municipalities by the code list of CBS: codes, numbers or names, also those of earlier years.

Source: CBS StatLine, table 03759ned, codes of RegioS (CC BY 4.0).
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from peil.drafting.cues import folded

# What people write for the official name.
_ALIASES = {"den haag": "s gravenhage", "the hague": "s gravenhage", "den bosch": "s hertogenbosch"}
_LIST = Path(__file__).with_name("municipalities.csv")


@dataclass(frozen=True)
class Municipality:
    """A municipality that exists or existed."""

    code: str
    label: str

    @property
    def number(self) -> int:
        return int(self.code[2:])


@cache
def _by_code() -> dict[str, Municipality]:
    return {row["municipality_code"]: Municipality(row["municipality_code"], row["label"])
            for row in _rows()}  # fmt: skip


@cache
def _by_name() -> dict[str, Municipality]:
    """Of two of one name the one that exists; with a province behind the name, both."""
    found: dict[str, Municipality] = {}
    for row in sorted(_rows(), key=lambda row: row["exists_in_2024"]):
        place = Municipality(row["municipality_code"], row["label"])
        bare = re.sub(r"\s*\((gemeente)\)$", "", row["label"])
        for name in (row["label"], bare):
            found[_name(name)] = place
    # Rijswijk for Rijswijk (ZH.), where one municipality of that name exists.
    short: dict[str, list[Municipality]] = {}
    for row in _rows():
        if row["exists_in_2024"] == "true" and row["label"].endswith(")"):
            bare = _name(re.sub(r"\s*\([^()]*\)$", "", row["label"]))
            short.setdefault(bare, []).append(Municipality(row["municipality_code"], row["label"]))
    return {name: places[0] for name, places in short.items() if len(places) == 1} | found


def _rows() -> list[dict[str, str]]:
    with _LIST.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _name(text: str) -> str:
    plain = folded(re.sub(r"^'s[- ]", "s ", text.strip().lower()))
    plain = re.sub(r"^(gemeente|municipality of) ", "", plain)
    return _ALIASES.get(plain, plain)


def municipality(text: str) -> Municipality | None:
    """The municipality of a code (GM0363), a number (363) or a name; None where CBS has none."""
    found = re.fullmatch(r"\s*(?:GM)?\s*0*(\d{1,4})(?:\.0)?\s*", text, re.IGNORECASE)
    if found:
        return _by_code().get(f"GM{int(found[1]):04d}")
    return _by_name().get(_name(text))


def share_known(values: Iterable[tuple[str, int]]) -> float:
    """The share of answers that are municipalities."""
    n_all = n_known = 0
    for value, n in values:
        n_all += n
        n_known += n * (municipality(value) is not None)
    return n_known / n_all if n_all else 0.0
