"""A codebook has every table, every rule of publication and every flag.

`threshold()` of a code without a row is null, and a comparison with null withholds and rounds
nothing; so a codebook from before a threshold is refused instead of built.
"""

from dataclasses import fields
from pathlib import Path

from peil.codebook.limits import Keeping, Limits
from peil.codebook.seed_text import first_line
from peil.codebook.seeds import header, seed_columns
from peil.codebook.sources import read_rows
from peil.codebook.version import codebook_version
from peil.errors import InputError
from peil.settings import PROJECT

_OURS = PROJECT / "seeds"
RULES = {
    "thresholds": ("threshold_code",),
    "publication_rounding": ("quantity",),
    "flags": ("kind", "flag_code"),
}
_WITH_DEFAULTS = {field.name for kind in (Limits, Keeping) for field in fields(kind)}


def absent(seeds: Path) -> list[str]:
    """A sentence per table, column or row that the models read and this codebook does not have."""
    found = [
        f"{seed}.csv: not here. A table without rows is its first line only: "
        f"{','.join(header(seed))}"
        for seed in sorted(seed_columns())
        if not (seeds / f"{seed}.csv").is_file()
    ]
    for seed in sorted(seed_columns()):
        path = seeds / f"{seed}.csv"
        lacking = [c for c in header(seed) if path.is_file() and c not in first_line(path)]
        found += [f"{path.name}: no column '{column}'." for column in lacking]
    for table, key in RULES.items():
        path = seeds / f"{table}.csv"
        if not path.is_file():
            continue
        here = {tuple(row.get(column) for column in key) for row in read_rows(path)}
        for row in read_rows(_OURS / path.name):
            code = tuple(row[column] for column in key)
            if code not in here and code[-1] not in _WITH_DEFAULTS:
                rule = ",".join(value for column, value in row.items() if column != "reason")
                found.append(f"{path.name}: no row '{' '.join(code)}'. Peil's own is {rule}")
    return found


def refuse_incomplete(seeds: Path) -> None:
    """Stop before anything lands.

    Raises:
        InputError: a table or a rule of publication is absent, or the codebook is of a newer
            version.
    """
    codebook_version(seeds)
    if sentences := absent(seeds):
        raise InputError(
            "\n".join(
                [
                    f"{seeds}: not a whole codebook. `peil codebook upgrade` adds what is absent.",
                    *sentences,
                ]
            )
        )
