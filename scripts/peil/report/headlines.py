"""The headline figures of the last wave on the terminal, in the language of each survey."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from peil.dutch import level, number, percent
from peil.published import open_published
from peil.warehouse import literal

SURVEYS = """
select
    survey_code, wave_code, language, if(language = 'nl', label_nl, label_en) as label,
    if(language = 'nl', wave_label_nl, wave_label_en) as wave_label, n_respondents, is_simulated,
    confidence_level
from marts.about
where is_latest_wave and has_headlines
order by survey_code
"""
FIGURES = """
select
    estimates.segment_label_{language} as segment_label,
    questions.label_{language} || coalesce(': ' || estimates.option_label_{language}, '')
        as question,
    if(estimates.option_code is null, estimates.statistic_label_{language}, '')
        as statistic_label,
    statistics.kind,
    estimates.estimate,
    estimates.ci_low,
    estimates.ci_high,
    estimates.n_answers,
    estimates.withheld_label_{language} as withheld_label
from marts.estimates as estimates
inner join marts.dim_questions as questions
    on
        estimates.survey_code = questions.survey_code
        and estimates.question_code = questions.question_code
        and estimates.statistic = questions.headline_statistic
inner join marts.dim_statistics as statistics
    on
        questions.scale_code = statistics.scale_code
        and estimates.statistic = statistics.statistic
inner join marts.dim_topics as topics on estimates.topic = topics.topic_code
inner join marts.dim_segments as segments
    on
        estimates.survey_code = segments.survey_code
        and estimates.segment_code = segments.segment_code
        and estimates.segment_value = segments.segment_value
        and estimates.second_segment_value is not distinct from segments.second_segment_value
where
    estimates.survey_code = {survey} and estimates.wave_code = {wave}
    and estimates.is_default_scheme
    and (
        segments.is_total
        or (
            topics.has_group_headlines
            and estimates.segment_code in (
                select segment_code from marts.contrast_effects
                where survey_code = estimates.survey_code
            )
        )
    )
order by estimates.sort_order
"""
WORDS = {
    "nl": {
        "header": ("Groep", "Vraag", "Cijfer", "Waarde", "{level}-interval", "n"),
        "respondents": "respondenten",
        "simulated": "GESIMULEERDE GEGEVENS: deze cijfers gaan over niemand.",
        "none": "Geen vraag heeft een kerncijfer (headline_statistic in questions.csv).",
        "published": "Gepubliceerd",
    },
    "en": {
        "header": ("Group", "Question", "Figure", "Value", "{level} interval", "n"),
        "respondents": "respondents",
        "simulated": "SIMULATED DATA: these figures are about nobody.",
        "none": "No question has a headline figure (headline_statistic in questions.csv).",
        "published": "Published",
    },
}  # fmt: skip


def show_headlines(published_file: Path) -> None:
    """Print the headline figures with interval and n, per survey and group.

    Raises:
        InputError: there is no published file, or another version of peil made it.
    """
    width = None if Console().is_terminal else 110
    # Labels as they are: one may look like a style.
    console = Console(width=width, markup=False, emoji=False)
    words = WORDS["nl"]
    with open_published(published_file) as connection:
        for (
            survey,
            wave,
            language,
            label,
            wave_label,
            n,
            is_simulated,
            confidence,
        ) in connection.execute(SURVEYS).fetchall():
            words = WORDS[language]
            console.print(
                f"\n{label}, {wave_label}: {number(n, 0, language)} {words['respondents']}"
            )
            if is_simulated:
                console.print(words["simulated"], style="bold red")
            query = FIGURES.format(language=language, survey=literal(survey), wave=literal(wave))
            rows = connection.execute(query).fetchall()
            if rows:
                console.print(_table(rows, level(confidence, language), language))
            else:
                console.print(words["none"])
    console.print(f"{words['published']}: {published_file}")


def _table(rows: list[tuple], confidence: str, language: str) -> Table:
    table = Table(*(title.format(level=confidence) for title in WORDS[language]["header"]))
    for group, question, label, kind, estimate, low, high, n, withheld in rows:
        base = "" if n is None else number(n, 0, language)
        if estimate is None:
            table.add_row(group, question, label, withheld or "-", "", base)
        else:
            value, *ends = (_shown(x, kind, language) for x in (estimate, low, high))
            table.add_row(group, question, label, value, " - ".join(ends), base)
    return table


def _shown(value: float | None, kind: str, language: str) -> str:
    """One decimal more than in the summary: this is for who knows the survey."""
    if value is None:
        return "-"
    return number(value, 2, language) if kind == "mean" else percent(value, 1, language)
