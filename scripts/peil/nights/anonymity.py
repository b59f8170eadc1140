"""How many respondents of the research file are alike, and coarser classes until enough are.

Who knows somebody's municipality, age, gender and source finds the answers of a respondent who is
alone with them. Respondents with the same levels of all attributes are a class; a class of fewer
than k is a risk. Classes are made coarser in a fixed order: bands of numbers are joined two by two,
then municipalities are left out, then the levels of the few who are left.

Source: Samarati & Sweeney (1998), k-anonymity by generalisation and suppression.
"""

import logging
from dataclasses import dataclass

import duckdb

from peil.errors import PeilError
from peil.warehouse import literal, one_row

log = logging.getLogger(__name__)
REPORTED_BELOW = 5
UNKNOWN = "unknown"
# Kinds of attributes in the order in which levels of the last few are left out.
LEFT_OUT = ("question", "number_band", "source", "region_group")
CLASSES = """
create or replace temp table research_classes as
select survey_code, wave_code, respondent_key, class,
    count(*) over (partition by survey_code, wave_code, class) as n_alike
from (
    select survey_code, wave_code, respondent_key,
        list(attribute_code || '=' || level_code order by attribute_code) as class
    from research.microdata.attributes
    group by survey_code, wave_code, respondent_key
)
"""


@dataclass(frozen=True)
class Risk:
    """Respondents, those who are alone in their class, and those in classes below k."""

    n_respondents: int
    n_unique: int
    n_below: int

    def sentence(self, k: int) -> str:
        return (
            f"{self.n_unique:,} of {self.n_respondents:,} respondents are alone with their "
            f"attributes, {self.n_below:,} share them with fewer than {k - 1} others"
        )


def risk(connection: duckdb.DuckDBPyConnection, k: int) -> Risk:
    """Count the classes of the research file as it stands."""
    connection.execute(CLASSES)
    found = one_row(
        connection,
        "select count(*), count(*) filter (where n_alike = 1), "
        "count(*) filter (where n_alike < ?) from research_classes",
        [k],
    )
    return Risk(*found)


RISK_COLUMNS = {
    "k": "Fewest respondents alike: of peil research --k, or what is reported without it.",
    "n_respondents": "Respondents in the file, per wave.",
    "n_unique_before": "Alone with their attributes before anything was made coarser.",
    "n_below_k_before": "Sharing them with fewer than k - 1 others, before.",
    "n_unique": "Alone with their attributes in this file.",
    "n_below_k": "Sharing them with fewer than k - 1 others in this file.",
    "made_coarser": "What was made coarser, in order; empty when nothing was.",
}


def report(connection: duckdb.DuckDBPyConnection, k: int | None) -> None:
    """Count the risk, make it smaller when asked, and write what was done into the file.

    Args:
        connection: with the file attached as `research`.
        k: fewest respondents alike; None leaves the file as it is.

    Raises:
        PeilError: classes below k are left when nothing more can be made coarser.
    """
    wanted = k or REPORTED_BELOW
    before = risk(connection, wanted)
    log.info("%s.", before.sentence(wanted))
    done = coarsen(connection, k) if k else []
    after = risk(connection, wanted)
    if k and after.n_below:
        raise PeilError(
            f"--k {k}: {after.sentence(k)}, and no attribute can be made coarser. Nothing was "
            "written. Ask a smaller --k, or leave an attribute out of attributes.csv."
        )
    if done:
        connection.execute(CLASSES)
        _average_weights(connection)
        log.info("Made coarser: %s.", "; ".join(done))
    connection.execute(
        "create table research.microdata.disclosure_risk as select ? as k, ? as n_respondents, "
        "? as n_unique_before, ? as n_below_k_before, ? as n_unique, ? as n_below_k, "
        "? as made_coarser",
        [wanted, before.n_respondents, before.n_unique, before.n_below, after.n_unique,
         after.n_below, "; ".join(done) or None],
    )  # fmt: skip
    connection.execute(
        "comment on table research.microdata.disclosure_risk is 'One row: respondents who are "
        "alone with their attributes, or share them with fewer than k - 1 others, before and after "
        "classes were made coarser. After that weights are means of a class: figures differ a "
        "little from the published ones.'"
    )
    for column, text in RISK_COLUMNS.items():
        connection.execute(
            f"comment on column research.microdata.disclosure_risk.{column} is {literal(text)}"
        )


def coarsen(connection: duckdb.DuckDBPyConnection, k: int) -> list[str]:
    """Make classes coarser until none is below k or nothing is left; says what was done."""
    kinds = dict(
        connection.execute("select attribute_code, kind from codebook.attributes").fetchall()
    )
    done = []
    steps = [
        *[(code, _join_bands) for _ in range(2) for code in sorted(kinds)
          if kinds[code] == "number_band"],
        *[(code, _leave_out) for code in sorted(kinds) if kinds[code] == "region"],
        *[(code, _leave_out_of_few) for kind in LEFT_OUT for code in sorted(kinds)
          if kinds[code] == kind],
    ]  # fmt: skip
    for attribute, step in steps:
        if not risk(connection, k).n_below:
            break
        if said := step(connection, attribute, k):
            done.append(said)
    while risk(connection, k).n_below and (said := _join_smallest(connection, k)):
        done.append(said)
    if done:
        # The answer itself would tell what its class no longer does.
        connection.execute(
            "delete from research.microdata.answers where question_code in "
            "(select question_code from codebook.attributes where question_code is not null)"
        )
    return done


def _join_bands(connection: duckdb.DuckDBPyConnection, attribute: str, _: int) -> str:
    bands = connection.execute(
        "select level_code, label_nl, label_en from research.microdata.attribute_levels "
        "where attribute_code = ? order by level_number",
        [attribute],
    ).fetchall()
    if len(bands) < 2:
        return ""
    connection.execute(
        "delete from research.microdata.attribute_levels where attribute_code = ?", [attribute]
    )
    for at in range(0, len(bands), 2):
        pair = bands[at : at + 2]
        code, nl, en = (" + ".join(band[i] or "" for band in pair) for i in range(3))
        connection.execute(
            "insert into research.microdata.attribute_levels by name select survey_code, "
            "attribute_code, label_nl as attribute_label_nl, label_en as attribute_label_en, "
            "? as level_code, ? as label_nl, ? as label_en, ?::integer as level_number, "
            "'ordinal' as measurement_level from codebook.attributes where attribute_code = ?",
            [code, nl, en, at // 2 + 1, attribute],
        )
        connection.execute(
            "update research.microdata.attributes set level_code = ? "
            "where attribute_code = ? and level_code in (select unnest(?))",
            [code, attribute, [band[0] for band in pair]],
        )
    return f"bands of {attribute} joined two by two"


def _leave_out(connection: duckdb.DuckDBPyConnection, attribute: str, _: int) -> str:
    connection.execute(
        "update research.microdata.attributes set level_code = ? where attribute_code = ?",
        [UNKNOWN, attribute],
    )
    return f"{attribute} left out"


def _leave_out_of_few(connection: duckdb.DuckDBPyConnection, attribute: str, k: int) -> str:
    n = one_row(
        connection,
        "update research.microdata.attributes as attributes set level_code = ? "
        "from research_classes as classes where attributes.attribute_code = ? "
        "and attributes.level_code != ? and classes.n_alike < ? "
        "and attributes.survey_code = classes.survey_code "
        "and attributes.wave_code = classes.wave_code "
        "and attributes.respondent_key = classes.respondent_key",
        [UNKNOWN, attribute, UNKNOWN, k],
    )[0]
    return f"{attribute} left out of {n:,} respondents" if n else ""


def _join_smallest(connection: duckdb.DuckDBPyConnection, k: int) -> str:
    """Those without any level are still too few: the smallest class of their wave joins them."""
    found = connection.execute(
        "select classes.survey_code, classes.wave_code, classes.class, count(*) as n "
        "from research_classes as classes inner join ("
        "select distinct survey_code, wave_code from research_classes where n_alike < ?"
        ") as few using (survey_code, wave_code) where classes.n_alike >= ? "
        "group by all order by n, class limit 1",
        [k, k],
    ).fetchone()
    if found is None:
        return ""
    survey, wave, alike, n = found
    connection.execute(
        "update research.microdata.attributes as attributes set level_code = ? "
        "from research_classes as classes where classes.survey_code = ? "
        "and classes.wave_code = ? and (classes.class = ? or classes.n_alike < ?) "
        "and attributes.survey_code = classes.survey_code "
        "and attributes.wave_code = classes.wave_code "
        "and attributes.respondent_key = classes.respondent_key",
        [UNKNOWN, survey, wave, alike, k],
    )
    return f"all attributes left out of {n:,} respondents more"


def _average_weights(connection: duckdb.DuckDBPyConnection) -> None:
    """A weight of its own would tell the class that was made coarser."""
    for table, columns, also in (
        ("weights", ("base_weight", "weight", "population_weight"), ", weighting_scheme"),
        ("respondents", ("base_weight",), ""),
    ):
        means = ", ".join(
            f"avg({column}) over (partition by survey_code, wave_code, class{also}) as {column}"
            for column in columns
        )
        connection.execute(
            f"create or replace temp table averaged as select * replace ({means}) "
            f"from research.microdata.{table} "
            "inner join research_classes using (survey_code, wave_code, respondent_key)"
        )
        connection.execute(f"delete from research.microdata.{table}")
        connection.execute(
            f"insert into research.microdata.{table} by name "
            "select * exclude (class, n_alike) from averaged"
        )
