"""The research file as SPSS and Parquet: one row per respondent, labels, measure levels, weight."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pyreadstat

from scripts.published import open_published

WEIGHT = "weight"
WEIGHT_INDEX_AT = 76
MEASURES = {"number": "scale", "single": "nominal", "multiple": "nominal"}
TICKED = {0: "Niet gekozen", 1: "Gekozen"}


@dataclass
class Wide:
    """One row per respondent, and per variable its label, value labels, measure and missings."""

    data: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[int, str]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, column: pd.Series, label: str, measure: str) -> None:
        self.data[name] = column.reindex(self.data.index).to_numpy()
        self.labels[name], self.measures[name] = label, measure


def write_research(file: Path, folder: Path) -> None:
    """Write one .sav and one .parquet per survey and wave, readable by the owner only."""
    folder.mkdir(mode=0o700)
    with open_published(file) as connection:
        surveys = connection.execute(
            "select survey_code, wave_code, label_nl, is_simulated from microdata.about "
            "where (survey_code, wave_code) in "
            "(select (survey_code, wave_code) from microdata.respondents)"
        ).fetchall()
        for survey, wave, label, is_simulated in surveys:
            wide = _wide(connection, survey, wave)
            stem = f"{survey}_{wave}{'.gesimuleerd' if is_simulated else ''}"
            note = "GESIMULEERDE GEGEVENS: geen echte respondenten." if is_simulated else ""
            _write_sav(wide, folder / f"{stem}.sav", label, note)
            wide.data.reset_index().to_parquet(folder / f"{stem}.parquet", index=False)
    for path in folder.iterdir():
        path.chmod(0o600)


def _write_sav(wide: Wide, target: Path, label: str, note: str) -> None:
    pyreadstat.write_sav(
        wide.data.reset_index()[[WEIGHT, "respondent_key", *list(wide.data.columns[1:])]],
        str(target),
        file_label=label[:64],
        note=note or None,
        column_labels=wide.labels | {"respondent_key": "Respondent (gehasht)"},
        variable_value_labels=wide.values,
        variable_measure=wide.measures | {"respondent_key": "nominal"},
        missing_ranges=wide.missing,
    )
    _weight_by_first_variable(target)


def _weight_by_first_variable(target: Path) -> None:
    """Mark the first variable as the file's weight, which pyreadstat cannot write itself.

    The header of a .sav file holds at byte 76 the 1-based position of the weight variable (PSPP
    developers guide, "File Header Record").
    """
    with target.open("r+b") as file:
        header = file.read(WEIGHT_INDEX_AT + 4)
        order = "<" if struct.unpack("<i", header[64:68])[0] in (2, 3) else ">"
        if header[:4] not in (b"$FL2", b"$FL3"):
            raise ValueError(f"{target} is not a .sav file")
        file.seek(WEIGHT_INDEX_AT)
        file.write(struct.pack(f"{order}i", 1))


def _wide(connection: duckdb.DuckDBPyConnection, survey: str, wave: str) -> Wide:
    def frame(query: str) -> pd.DataFrame:
        return connection.execute(query, [survey, wave]).df()

    weights = frame(
        "select respondent_key, weighting_scheme, weight, base_weight, is_default_scheme "
        "from microdata.weights where survey_code = ? and wave_code = ?"
    )
    default = weights[weights["is_default_scheme"]].set_index("respondent_key").sort_index()
    wide = Wide(pd.DataFrame(index=default.index))
    wide.add(WEIGHT, default["weight"], "Weegfactor (gemiddeld 1)", "scale")
    wide.add("base_weight", default["base_weight"], "Steekproefgewicht", "scale")
    _add_attributes(wide, frame)
    _add_questions(wide, frame)
    wide.data = wide.data.copy()
    return wide


def _add_attributes(wide: Wide, frame) -> None:
    levels = frame(
        "select attribute_code, attribute_label_nl, level_code, label_nl, level_number "
        "from microdata.attribute_levels where survey_code = ? and ? is not null"
    )
    held = frame(
        "select attributes.respondent_key, attribute_code, level_code "
        "from microdata.attributes inner join microdata.respondents using (respondent_key) "
        "where survey_code = ? and wave_code = ?"
    )
    for name, own in levels.groupby("attribute_code", sort=False):
        numbers = own.set_index("level_code")["level_number"]
        mine = held[held["attribute_code"] == name].set_index("respondent_key")["level_code"]
        wide.add(name, mine.map(numbers), own["attribute_label_nl"].iloc[0], "nominal")
        wide.values[name] = dict(zip(own["level_number"].astype(int), own["label_nl"], strict=True))


def _add_questions(wide: Wide, frame) -> None:
    questions = frame(
        "select * from microdata.questions where survey_code = ? and ? is not null "
        "order by sort_order"
    )
    options = frame("select * from microdata.options where ? is not null and ? is not null")
    codes = frame("select * from microdata.missing_codes where ? is not null and ? is not null")
    answers = frame(
        "select answers.* from microdata.answers inner join microdata.respondents "
        "using (respondent_key) where survey_code = ? and wave_code = ?"
    )
    per_question = dict(list(answers.groupby("question_code")))
    for question in questions.itertuples():
        given = per_question.get(question.question_code, answers.iloc[:0])
        own = options[options["option_set_code"] == question.option_set_code]
        if question.scale_kind == "multiple":
            _add_multiple(wide, question, given, own)
            continue
        name = question.question_code
        given = given.drop_duplicates("respondent_key").set_index("respondent_key")
        if question.scale_kind == "single":
            column = given["option_code"].map(own.set_index("option_code")["value_number"])
        else:
            column = given["value_number"]
        missing = codes[codes["option_set_code"] == question.option_set_code]
        reasons = missing.set_index("missing_reason")["answer_code"].astype(float)
        column = column.fillna(given["missing_reason"].map(reasons))
        measure = "ordinal" if question.scale_code.startswith("likert") else None
        wide.add(name, column, question.text_nl, measure or MEASURES[question.scale_kind])
        wide.values[name] = {
            **dict(zip(own["value_number"].astype(int), own["label_nl"], strict=True)),
            **dict(zip(missing["answer_code"].astype(int), missing["label_nl"], strict=True)),
        }
        if len(reasons):
            wide.missing[name] = list(reasons)


def _add_multiple(wide: Wide, question, given: pd.DataFrame, own: pd.DataFrame) -> None:
    """A variable per option: 1 ticked, 0 not, empty for who was not asked."""
    asked = given["respondent_key"].drop_duplicates()
    for option in own.itertuples():
        ticked = given[(given["option_code"] == option.option_code) & given["is_selected"]]
        name = f"{question.question_code}_{option.option_code}"
        column = asked.isin(ticked["respondent_key"]).astype(float)
        column.index = asked
        wide.add(name, column, f"{question.text_nl} {option.label_nl}", "nominal")
        wide.values[name] = TICKED
