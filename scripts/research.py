"""`published/research.duckdb`: pseudonymised respondents with weights and answers, on request only.

It holds what an analyst needs to make the published figures again: no open text, no exact age, no
delivery or row numbers, no key but the hashed respondent key. Mode 0600.
"""

import logging
from pathlib import Path

import duckdb

from scripts.built import require_built
from scripts.drafts import draft_of, remove, sweep
from scripts.errors import PeilError
from scripts.lock import one_night
from scripts.progress import steps
from scripts.publish import STORAGE_VERSION
from scripts.settings import Places
from scripts.warehouse import literal, open_warehouse

log = logging.getLogger(__name__)
# Answers count as in the marts: of respondents who count, and only where the route leads.
TABLES = {
    "respondents": """
        select respondents.respondent_key, respondents.survey_code, respondents.wave_code
        from weighted.wgt_respondents as respondents
        where respondents.response_status = 'eligible'
        order by respondents.respondent_key
    """,
    "weights": """
        select weights.respondent_key, weights.survey_code, weights.wave_code,
            weights.scheme_code as weighting_scheme, weights.base_weight, weights.weight,
            weights.population_weight, schemes.is_default as is_default_scheme
        from weighted.wgt_respondent_weights as weights
        inner join codebook.weighting_schemes as schemes using (scheme_code, survey_code)
        order by weights.respondent_key, schemes.sort_order
    """,
    "attributes": """
        select respondents.respondent_key, attributes.attribute_code, attributes.level_code
        from weighted.wgt_respondents as respondents
        inner join weighted.wgt_respondent_attributes as attributes
            using (delivery_key, row_number)
        where respondents.response_status = 'eligible'
        order by respondents.respondent_key, attributes.attribute_code
    """,
    "answers": """
        with eligible as (
            select respondent_key, survey_code, delivery_key, row_number
            from weighted.wgt_respondents
            where response_status = 'eligible'
        ),
        routes as (
            select answers.delivery_key, answers.row_number, questions.question_code
            from codebook.questions as questions
            inner join staging.stg_answers as answers
                on questions.routing_question_code = answers.question_code
                and questions.routing_option_code = answers.option_code
            where answers.is_selected
        )
        select eligible.respondent_key, answers.question_code, answers.option_code,
            answers.value_number, answers.is_selected, answers.missing_reason
        from eligible
        inner join staging.stg_answers as answers using (delivery_key, row_number)
        inner join codebook.questions as questions using (question_code, survey_code)
        left join routes using (delivery_key, row_number, question_code)
        where questions.is_reported
            and (questions.routing_question_code is null or routes.question_code is not null)
        order by eligible.respondent_key, questions.sort_order, answers.option_code
    """,
    "questions": """
        select questions.question_code, questions.survey_code, questions.label_nl,
            questions.label_en, questions.text_nl, questions.text_en, questions.scale_code,
            scales.kind as scale_kind, questions.option_set_code, questions.topic,
            questions.channel_code, questions.aspect, questions.routing_question_code,
            questions.routing_option_code, questions.sort_order
        from codebook.questions as questions
        inner join codebook.scales as scales using (scale_code)
        where questions.is_reported
        order by questions.sort_order
    """,
    "options": "select * from codebook.options order by option_set_code, sort_order",
    "missing_codes": "select * from codebook.missing_codes order by option_set_code, answer_code",
    "attribute_levels": """
        select attributes.attribute_code, attributes.survey_code,
            attributes.label_nl as attribute_label_nl,
            coalesce(levels.level_code, municipalities.municipality_code) as level_code,
            coalesce(levels.label_nl, municipalities.label) as label_nl,
            coalesce(levels.sort_order, municipalities.municipality_number) as level_number
        from codebook.attributes as attributes
        left join codebook.attribute_levels as levels
            on attributes.attribute_code = levels.attribute_code
            and attributes.kind <> 'municipality'
        left join codebook.municipalities as municipalities
            on attributes.kind = 'municipality'
            and attributes.survey_code = municipalities.survey_code
        where coalesce(levels.level_code, municipalities.municipality_code) is not null
        order by attributes.attribute_code, level_number
    """,
    "about": "select * from marts.about order by survey_code, wave_code",
}


def build_research(places: Places) -> Path:
    """Write the research file; the earlier one is replaced in one rename.

    Raises:
        PeilError: the warehouse is not built and tested, or no respondent counts.
    """
    target = places.published / "research.duckdb"
    draft = draft_of(target)
    with one_night(places):
        sweep(places.published)
        try:
            with open_warehouse(places.warehouse) as connection:
                require_built(connection, "peil research")
                n_respondents = _copy(connection, draft)
            draft.chmod(0o600)
            draft.replace(target)
        finally:
            remove(draft)
    log.info("Research file with %s respondents: %s.", f"{n_respondents:,}", target)
    return target


def _copy(connection: duckdb.DuckDBPyConnection, draft: Path) -> int:
    connection.execute(
        f"attach {literal(str(draft))} as research (storage_version {literal(STORAGE_VERSION)})"
    )
    connection.execute("create schema research.microdata")
    try:
        for name, query in steps(list(TABLES.items()), "Research file", lambda table: table[0]):
            connection.execute(f"create table research.microdata.{name} as {query}")
    except duckdb.CatalogException as error:
        raise PeilError(
            f"The warehouse cannot give respondents ({str(error).splitlines()[0]}). "
            "Run `peil nightly` first."
        ) from error
    count = connection.execute("select count(*) from research.microdata.respondents").fetchone()[0]
    if not count:
        raise PeilError("No respondent counts, so there is no research file to write.")
    connection.execute("checkpoint research")
    connection.execute("detach research")
    return count
