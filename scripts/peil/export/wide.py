"""A survey and wave of the research file turned wide: a row per respondent, labelled columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from peil.errors import PeilError
from peil.export.sav import NAME_BYTES, Names, ResponseSet

WEIGHT, POPULATION_WEIGHT, REPLICATE = "weight", "population_weight", "replicate_weight_"
KEYS = {"respondent_key": "Respondent (gehasht)", "wave_code": "Meting"}
TICKED = {0.0: "Niet gekozen", 1.0: "Gekozen"}
SEPARATE_MISSINGS = 3
ORDER = "order by sort_order, question_code"


@dataclass
class Column:
    """One variable: its values per respondent, and what they mean."""

    label: str
    values: pd.Series
    measure: str
    value_labels: dict[float, str] = field(default_factory=dict)
    missing: list[float] = field(default_factory=list)

    @property
    def missing_ranges(self) -> list:
        """As SPSS keeps them: at most three values, or one range."""
        if len(self.missing) <= SEPARATE_MISSINGS:
            return self.missing
        return [{"lo": min(self.missing), "hi": max(self.missing)}]


@dataclass
class Wide:
    """One row per respondent of a wave, in the order of `respondents`."""

    respondents: pd.Index
    wave: str
    names: Names = field(default_factory=Names)
    # A set is written with a $ before its name.
    set_names: Names = field(default_factory=lambda: Names(NAME_BYTES - 1))
    columns: dict[str, Column] = field(default_factory=dict)
    response_sets: list[ResponseSet] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in KEYS:
            self.names.new(name)

    def add(self, wanted: str, column: Column) -> str:
        name = self.names.new(wanted)
        column.values = column.values.reindex(self.respondents)
        self.columns[name] = column
        return name

    def frame(self, *, with_missing: bool) -> pd.DataFrame:
        """The values; `with_missing` keeps the codes that say why there is no answer."""
        parts = {
            name: column.values
            if with_missing
            else column.values.mask(column.values.isin(column.missing))
            for name, column in self.columns.items()
        }
        data = pd.DataFrame(parts, index=self.respondents)
        data.insert(0, "wave_code", self.wave)
        data.insert(0, "respondent_key", self.respondents)
        # The weight of the default scheme comes first, for who knows no other.
        first = [name for name in (WEIGHT,) if name in data]
        return data[[*first, *(name for name in data if name not in first)]].reset_index(drop=True)


def read_wide(connection: duckdb.DuckDBPyConnection, survey: str, wave: str) -> Wide:
    """Turn a survey and wave of the research file on its side.

    Raises:
        PeilError: a respondent has two answers to a question that takes one.
    """

    def of_wave(table: str, rest: str = "") -> pd.DataFrame:
        return connection.execute(
            f"from microdata.{table} where survey_code = ? and wave_code = ? {rest}", [survey, wave]
        ).df()

    def of_survey(table: str, rest: str = "") -> pd.DataFrame:
        return connection.execute(
            f"from microdata.{table} where survey_code = ? {rest}", [survey]
        ).df()

    respondents = of_wave("respondents", "order by respondent_key").set_index("respondent_key")
    wide = Wide(respondents.index, wave)
    _add_weights(wide, of_wave("weights"), respondents["base_weight"])
    _add_replicates(wide, connection, survey)
    _add_attributes(
        wide,
        of_survey("attribute_levels", "order by attribute_code, level_number"),
        of_wave("attributes"),
    )
    answers = of_wave("answers")
    per_question = dict(list(answers.groupby("question_code")))
    options = connection.execute("from microdata.options order by sort_order, option_code").df()
    codes = of_survey("missing_codes", "order by file_number")
    for question in of_survey("questions", ORDER).itertuples():
        _add_question(
            wide,
            question,
            per_question.get(question.question_code, answers.iloc[:0]),
            options[options["option_set_code"] == question.option_set_code],
            codes[codes["question_code"] == question.question_code],
        )
    return wide


def _add_weights(wide: Wide, weights: pd.DataFrame, base_weight: pd.Series) -> None:
    """Two weights per scheme, the default scheme first, and the weight of the design."""
    order = ["is_default_scheme", "scheme_sort_order", "weighting_scheme"]
    weights = weights.sort_values(order, ascending=[False, True, True])
    for scheme, own in weights.groupby("weighting_scheme", sort=False):
        own = own.set_index("respondent_key")
        after = "" if own["is_default_scheme"].iloc[0] else f"_{scheme}"
        label = own["scheme_label_nl"].iloc[0]
        for column, text in (
            (WEIGHT, "Weegfactor, gemiddeld 1 per weeggroep"),
            (POPULATION_WEIGHT, "Weegfactor over weeggroepen samen"),
        ):
            wide.add(column + after, Column(f"{text}: {label}", own[column], "scale"))
    wide.add("base_weight", Column("Steekproefgewicht (voor weging)", base_weight, "scale"))


def _add_replicates(wide: Wide, connection: duckdb.DuckDBPyConnection, survey: str) -> None:
    """The replicate weights of `peil research --replicates`, a variable each."""
    made = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'microdata' and table_name = ?",
        ["replicate_weights"],
    ).fetchone()
    if made is None:
        return
    keys, schemes, weights = connection.execute(
        "select respondent_key, weighting_scheme, weights from microdata.replicate_weights "
        "where survey_code = ? and wave_code = ?", [survey, wide.wave],
    ).fetchnumpy().values()  # fmt: skip
    if not len(keys):
        return
    for number, values in enumerate(np.stack(list(weights)).T, 1):
        label = f"Replicatiegewicht {number}, bij {POPULATION_WEIGHT}: {schemes[0]}"
        wide.add(f"{REPLICATE}{number}", Column(label, pd.Series(values, index=keys), "scale"))


def _add_attributes(wide: Wide, levels: pd.DataFrame, chosen: pd.DataFrame) -> None:
    per_attribute = dict(list(chosen.groupby("attribute_code")))
    for attribute, own in levels.groupby("attribute_code", sort=False):
        numbers = own.set_index("level_code")["level_number"]
        levels_chosen = per_attribute.get(attribute, chosen.iloc[:0]).set_index("respondent_key")
        wide.add(
            attribute,
            Column(
                own["attribute_label_nl"].iloc[0],
                levels_chosen["level_code"].map(numbers).astype("float64"),
                own["measurement_level"].iloc[0],
                dict(zip(own["level_number"].astype(float), own["label_nl"], strict=True)),
            ),
        )


def text_of(question: Any) -> str:
    """What was asked, or what a codebook that leaves it empty says of the question."""
    texts = (question.text_nl, question.label_nl, question.question_code)
    return next(text for text in texts if not pd.isna(text))


def _add_question(
    wide: Wide, question: Any, answers: pd.DataFrame, options: pd.DataFrame, codes: pd.DataFrame
) -> None:
    is_answer = answers["missing_reason"].isna()
    reasons = answers[~is_answer].drop_duplicates("respondent_key").set_index("respondent_key")
    missing = reasons["missing_reason"].map(codes.set_index("missing_reason")["file_number"])
    missing = missing.astype("float64")
    missing_labels = dict(zip(codes["file_number"], codes["label_nl"], strict=True))

    def column(label: str, values: pd.Series, labels: dict[float, str]) -> Column:
        values = values.astype("float64").reindex(wide.respondents).fillna(missing)
        level = question.measurement_level
        return Column(label, values, level, labels | missing_labels, list(missing_labels))

    if question.scale_kind == "multiple":
        members = []
        for option, values in _ticked(answers[is_answer], options):
            label = f"{text_of(question)} {option.label_nl}"
            name = f"{question.question_code}_{option.option_code}"
            members.append(wide.add(name, column(label, values, TICKED)))
        # SPSS has no set of one.
        if len(members) > 1:
            name = wide.set_names.new(question.question_code)
            wide.response_sets.append(ResponseSet(name, text_of(question), tuple(members)))
    else:
        _refuse_several(question.question_code, wide.wave, answers[is_answer])
        values, labels = _one_answer(question.scale_kind, answers[is_answer], options)
        wide.add(question.question_code, column(text_of(question), values, labels))


def _ticked(given: pd.DataFrame, options: pd.DataFrame) -> Iterator[tuple]:
    """Per option 1 for who chose it and 0 for who answered the question without it."""
    asked = pd.Index(given["respondent_key"].unique())
    chosen = given[given["is_selected"].astype(bool)]
    for option in options.itertuples():
        own = chosen.loc[chosen["option_code"] == option.option_code, "respondent_key"]
        yield option, pd.Series(asked.isin(own), index=asked)


def _one_answer(
    kind: str, given: pd.DataFrame, options: pd.DataFrame
) -> tuple[pd.Series, dict[float, str]]:
    """The number of each answer, and the labels of numbers: of a scale, those that have one."""
    given = given.set_index("respondent_key")
    if kind == "single":
        numbers = options.set_index("option_code")["file_number"]
        values = given["option_code"].map(numbers)
    else:
        numbers = options["value_number"].dropna()
        options, values = options.loc[numbers.index], given["value_number"]
    return values, dict(zip(numbers, options["label_nl"], strict=True))


def _refuse_several(question: str, wave: str, given: pd.DataFrame) -> None:
    n_several = given.loc[given["respondent_key"].duplicated(), "respondent_key"].nunique()
    if n_several:
        raise PeilError(
            f"wave {wave}, question {question}: {n_several} respondents have more than one answer, "
            "and its scale takes one. Nothing was exported. Bind one column to it in bindings.csv, "
            "or give it a scale of kind multiple."
        )
