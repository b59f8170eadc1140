"""The headline figures of residents, last wave, on the terminal: read from the published file."""

from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from peil.dutch import level, number, percent

FIGURES = """
select
    estimates.segment_label_nl,
    questions.label_nl || coalesce(': ' || estimates.option_label_nl, '') as question,
    if(estimates.option_code is null, estimates.statistic_label_nl, '') as statistic_label,
    estimates.statistic,
    estimates.estimate,
    estimates.ci_low,
    estimates.ci_high,
    estimates.n_answers,
    estimates.withheld_label_nl,
from marts.estimates as estimates
inner join marts.about as about
    on
        estimates.survey_code = about.survey_code
        and estimates.wave_code = about.wave_code
inner join marts.dim_questions as questions
    on
        estimates.survey_code = questions.survey_code
        and estimates.question_code = questions.question_code
        and estimates.statistic = questions.headline_statistic
where
    estimates.is_default_scheme
    and about.is_latest_wave
    and about.audience = 'residents'
    and (
        estimates.segment_code = 'total'
        or (
            estimates.segment_code in (
                select segment_code from marts.contrast_effects
                where survey_code = estimates.survey_code
            )
            and estimates.topic in ('report_grades', 'channel_usage')
        )
    )
order by estimates.sort_order
"""


def show_headlines(published_file: Path) -> None:
    """Print the headline figures with interval and n, per group."""
    with duckdb.connect(str(published_file), read_only=True) as connection:
        about = connection.execute(
            "select label_nl, wave_label_nl, n_respondents, is_simulated, confidence_level "
            "from marts.about "
            "where is_latest_wave and audience = 'residents' order by survey_code"
        ).fetchall()
        rows = connection.execute(FIGURES).fetchall()
    console = Console(width=None if Console().is_terminal else 110)
    confidence = ""
    for label, wave, n, is_simulated, confidence_level in about:
        confidence = level(confidence_level)
        console.print(f"\n{label}, {wave}: {number(n)} respondenten")
        if is_simulated:
            console.print(
                "GESIMULEERDE GEGEVENS: deze cijfers gaan over niemand.", style="bold red"
            )
    table = Table("Groep", "Vraag", "Cijfer", "Waarde", f"{confidence}-interval", "n")
    for group, question, label, statistic, estimate, low, high, n, withheld in rows:
        if estimate is None:
            table.add_row(
                group, question, label, withheld or "-", "", "" if n is None else number(n)
            )
        else:
            value, *ends = [_shown(x, statistic) for x in (estimate, low, high)]
            table.add_row(group, question, label, value, " - ".join(ends), number(n))
    console.print(table)
    console.print(f"Gepubliceerd: {published_file}")


def _shown(value: float | None, statistic: str) -> str:
    """One decimal more than in the summary: this is for who knows the survey."""
    if value is None:
        return "-"
    return number(value, 2) if statistic == "mean" else percent(value, 1)
