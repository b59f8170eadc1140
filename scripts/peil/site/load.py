"""Reads the published file into rows, in the language of the site."""

from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

import duckdb

from peil.errors import PeilError
from peil.published import open_published
from peil.site import insights, rows, samples
from peil.site.crosstabs import CrossFigure, crosstabs
from peil.site.data import TOTAL, Data

Row = TypeVar("Row", bound=NamedTuple)
# Fields that are published in a column per language.
TRANSLATED = {
    "label", "text", "title", "topic_label", "segment_label", "division_label", "wave_label",
    "description", "method", "sources", "licences", "scale_label", "withheld_label",
    "statistic_label", "option_label", "contrast_label", "comparison_label", "reference_label",
    "verdict_label",
    "trend_label", "formula", "reason", "measure_label", "resident_label", "staff_label",
    "warning", "warnings", "introduction", "quadrant_label", "driver_model_label",
    "question_label", "source_label", "owner",
    "sample_kinds",
    "attribute_label", "level_label", "scheme_label",
    "crosstab_label", "column_label", "first_label", "second_label", "item_label",
}  # fmt: skip
# What a codebook says without a language.
PLAIN = {
    "publisher",
    "client",
    "target_population",
    "recruitment",
    "contact",
    "next_release",
    "caution",
}
# Signs that turn the direction of all that follows, also of what stands behind a label.
TURNING = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Everybody is one group, whatever its segment is called.
IS_TOTAL = (
    "(survey_code, segment_code) in "
    "(select (survey_code, segment_code) from marts.dim_segments where is_total)"
)
# A group of a segment that crosses two attributes has two values.
GROUPS = {
    "segment_code": f"if({IS_TOTAL}, '{TOTAL}', segment_code)",
    "segment_value": f"if({IS_TOTAL}, '{TOTAL}', segment_value)",
    "group_key": f"if({IS_TOTAL}, '{TOTAL}', concat_ws('|', segment_value, second_segment_value))",
    "group_key_a": "concat_ws('|', segment_value_a, second_segment_value_a)",
    "group_key_b": "concat_ws('|', segment_value_b, second_segment_value_b)",
}
LATEST = (
    "(survey_code, wave_code) in "
    "(select (survey_code, wave_code) from marts.about where is_latest_wave)"
)
# The first survey names the site: the one whose headlines are shown.
SURVEYS = "not has_headlines, survey_code"


class Reader:
    """Reads tables of one published file in one language."""

    def __init__(self, db: duckdb.DuckDBPyConnection, language: str) -> None:
        self.db, self.language = db, language

    def all(self, row: type[Row], table: str, where: str = "true", order: str = "") -> list[Row]:
        fields = ", ".join(f'{self._column(name)} as "{name}"' for name in row._fields)
        sql = f"from {table} where {where} order by {order or 'sort_order'}"
        return [row(*values) for values in self.db.execute(f"select {fields} {sql}").fetchall()]

    def latest(self, row: type[Row], table: str, where: str = "true", order: str = "") -> list[Row]:
        return self.all(row, table, f"{LATEST} and {where}", order)

    def values(self, sql: str) -> list[Any]:
        return self.db.execute(sql).fetchall()

    def _column(self, name: str) -> str:
        if name == "sentence":
            return self.text("sentence_nl" if self.language == "nl" else f"label_{self.language}")
        if name in PLAIN:
            return self.text(name)
        if name not in TRANSLATED:
            return GROUPS.get(name, name)
        if self.language == "nl":
            return self.text(f"{name}_nl")
        return self.text(f"coalesce({name}_{self.language}, {name}_nl)")

    def text(self, column: str) -> str:
        """A text that turns nothing."""
        return f"translate({column}, '{TURNING}', '')"


def load(file: Path) -> Data:
    """Read everything the pages show, of the latest wave of every survey.

    Raises:
        InputError: the file is not there, or another version of peil made it.
        PeilError: a withheld row carries a figure.
    """
    with open_published(file) as db:
        read = Reader(db, _language(db))
        default_total = f"is_default_scheme and {IS_TOTAL}"
        data = Data(
            language=read.language,
            surveys=read.all(rows.Survey, "marts.about", "is_latest_wave", SURVEYS),
            wave_labels=_wave_labels(read),
            topics_read=read.all(rows.TopicText, "marts.dim_topics"),
            questions=read.all(
                rows.Question, "marts.dim_questions", order="survey_code, sort_order"
            ),
            statistics=read.all(
                rows.Statistic, "marts.dim_statistics", order="scale_code, sort_order"
            ),
            groups=read.all(rows.Group, "marts.dim_segments"),
            channels=read.all(rows.Channel, "marts.dim_channels"),
            regions=read.all(
                rows.Region, "marts.dim_municipalities", order=f"label_{read.language}"
            ),
            region_sides=_region_sides(read),
            contrasts=_contrasts(read),
            estimates=read.latest(rows.Estimate, "marts.estimates"),
            comparisons=_comparisons(read),
            kpis=read.latest(insights.Kpi, "marts.kpi_scorecard"),
            advice=read.latest(insights.Advice, "marts.recommendations"),
            evidence=read.latest(insights.Evidence, "marts.recommendation_evidence"),
            experiences=read.latest(
                insights.Experience, "marts.staff_and_resident_experience", "not is_withheld"
            ),
            priorities=read.latest(insights.Priority, "marts.priority_matrix", default_total),
            trends=read.latest(
                insights.Trend, "marts.trends", f"{default_total} and not is_withheld"
            ),
            trend_lines=read.all(insights.TrendLine, "marts.linear_trends", default_total),
            crosstabs=crosstabs(read.latest(CrossFigure, "marts.crosstabs")),
            reliability=read.latest(insights.Reliability, "marts.score_reliability"),
            responses=read.latest(insights.Response, "marts.response_overview"),
            weighting=read.latest(insights.Weighting, "marts.weighting_quality", order="all"),
            margins=_margins(read),
            attacks=read.latest(insights.Attack, "marts.disclosure_attacks"),
            items=read.latest(insights.Item, "marts.item_response", "not is_withheld"),
            audit=_audit(read),
            models=read.latest(
                insights.ModelEstimate, "marts.municipal_estimates", "model_estimate is not null"
            ),
            mixes=read.latest(insights.Mix, "marts.municipal_comparison"),
            evenness=read.latest(samples.Evenness, "marts.representativity", "not is_withheld"),
            source_effects=read.latest(
                samples.SourceEffect, "marts.source_effects", "not is_withheld"
            ),
            coverage=read.latest(samples.Coverage, "marts.sample_population", "not is_withheld"),
            scheme_effects=read.latest(
                samples.SchemeEffect, "marts.scheme_effects", "not is_withheld"
            ),
        )
    _refuse_withheld_figures(data)
    return data


def _language(db: duckdb.DuckDBPyConnection) -> str:
    """That of the first survey."""
    found = db.execute(
        f"select language from marts.about where language is not null order by {SURVEYS} limit 1"
    ).fetchone()
    return found[0] if found else "nl"


def _wave_labels(read: Reader) -> dict[tuple[str, str], str]:
    found = read.values(
        f"select survey_code, wave_code, {read.text(f'wave_label_{read.language}')} "
        "from marts.about"
    )
    return {(survey, wave): label for survey, wave, label in found}


def _contrasts(read: Reader) -> list[rows.Contrast]:
    """Which group is compared with which, and which of the two is the comparison level."""
    found = read.latest(rows.Contrast, "marts.contrast_effects")
    return list(dict.fromkeys(found))


def _region_sides(read: Reader) -> dict[str, str]:
    """Region to its group, in the grouping that comes first."""
    found = read.values(
        "select municipality_code, group_code from marts.dim_municipalities "
        "where group_code is not null"
    )
    return dict(found)


def _comparisons(read: Reader) -> list[rows.Comparison]:
    """Group with group and group with everybody."""
    where = (
        "is_default_scheme and not is_withheld and comparison_kind in ('segments', 'total') "
        "and (compared_segment_code = segment_code or comparison_kind = 'total')"
    )
    return read.latest(rows.Comparison, "marts.comparisons", where)


def _margins(read: Reader) -> list[insights.Margin]:
    """Of the scheme that readers see."""
    default = "(select weighting_scheme from marts.weighting_quality where is_default_scheme)"
    where = f"not is_withheld and weighting_scheme in {default}"
    return read.latest(insights.Margin, "marts.weighting_margins_reached", where, order="all")


def _audit(read: Reader) -> dict[str, tuple[int, int]]:
    """Per survey: standard errors held against a bootstrap, and how many agree."""
    found = read.values(
        "select survey_code, count(*), count(*) filter (where is_within_noise) "
        f"from marts.standard_error_audit where {LATEST} group by survey_code"
    )
    return {survey: (tried, agree) for survey, tried, agree in found}


def _refuse_withheld_figures(data: Data) -> None:
    for e in data.estimates:
        if e.is_withheld and (e.estimate, e.ci_low, e.ci_high, e.n_answers) != (None,) * 4:
            _refuse(f"estimates: {e.question_code}, {e.segment_code} {e.group_key}")
    for c in data.crosstabs:
        for f in c.figures.values():
            shown = (f.estimate, f.ci_low, f.ci_high, f.n_answers, f.row_share)
            if f.is_withheld and shown != (None,) * 5:
                _refuse(f"crosstabs: {f.crosstab_code}, {f.column_label}, {f.label}")


def _refuse(row: str) -> NoReturn:
    raise PeilError(
        f"{row} is withheld and has a figure. No site was made; build and publish again."
    )
