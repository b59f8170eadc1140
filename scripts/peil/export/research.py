"""The research file as SPSS and Parquet: one row per respondent of a wave, labels and weights."""

import re
from pathlib import Path

import pyreadstat

from peil.export.sav import (
    FILE_LABEL_BYTES,
    VALUE_LABEL_BYTES,
    VARIABLE_LABEL_BYTES,
    clip,
    finish_sav,
)
from peil.export.wide import KEYS, WEIGHT, Column, Wide, read_wide
from peil.published import open_published


def write_research(file: Path, folder: Path) -> None:
    """Write one .sav and one .parquet per survey and wave, readable by the owner only.

    Raises:
        PeilError: a respondent has two answers to a question that takes one.
    """
    folder.mkdir(mode=0o700)
    with open_published(file, made_by="peil research") as connection:
        waves = connection.execute(
            "select survey_code, wave_code, label_nl, is_simulated from microdata.about "
            "where (survey_code, wave_code) in "
            "(select (survey_code, wave_code) from microdata.respondents) order by all"
        ).fetchall()
        for survey, wave, label, is_simulated in waves:
            wide = read_wide(connection, survey, wave)
            stem = re.sub(r"[^\w-]", "_", f"{survey}_{wave}")
            stem += ".gesimuleerd" if is_simulated else ""
            note = "GESIMULEERDE GEGEVENS: geen echte respondenten." if is_simulated else ""
            _write_sav(wide, folder / f"{stem}.sav", label, note)
            # Parquet knows no user-missing values: there, no answer is empty.
            wide.frame(with_missing=False).to_parquet(folder / f"{stem}.parquet", index=False)
    for path in folder.iterdir():
        path.chmod(0o600)


def _write_sav(wide: Wide, target: Path, label: str, note: str) -> None:
    columns = wide.columns
    pyreadstat.write_sav(
        wide.frame(with_missing=True),
        str(target),
        file_label=clip(label, FILE_LABEL_BYTES),
        note=note or None,
        column_labels={
            **KEYS,
            **{name: clip(column.label, VARIABLE_LABEL_BYTES) for name, column in columns.items()},
        },
        variable_value_labels={
            name: {value: clip(text, VALUE_LABEL_BYTES) for value, text in labels.items()}
            for name, column in columns.items()
            if (labels := column.value_labels)
        },
        variable_measure=dict.fromkeys(KEYS, "nominal")
        | {name: column.measure for name, column in columns.items()},
        variable_format={name: _format(column) for name, column in columns.items()},
        missing_ranges={
            name: column.missing_ranges for name, column in columns.items() if column.missing
        },
    )
    finish_sav(target, WEIGHT if WEIGHT in columns else None, wide.response_sets)


def _format(column: Column) -> str:
    """Whole numbers without decimals, weights with enough of them to see."""
    known = column.values.dropna()
    return "F8.0" if known.eq(known.round()).all() else "F12.4"
