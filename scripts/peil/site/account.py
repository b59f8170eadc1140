"""How a survey was done, as the list that pollsters agreed to disclose; a gap is said to be one.

Source: AAPOR Code of Professional Ethics and Practices (2021), III.A; for samples that nobody drew
by chance also the AAPOR guidance on reporting precision for nonprobability samples (2015).
"""

from peil.dutch import level
from peil.site.context import Reading
from peil.site.data import TOTAL
from peil.site.numbers import shifted
from peil.site.rows import Survey

Lines = tuple[tuple[str, str], ...]


def account_of(reading: Reading, survey: Survey) -> Lines:
    """Name and text per element of the list, in its order."""
    t, day, count = reading.t, reading.numbers.day, reading.numbers.count
    not_given = t("not_given")
    kinds = survey.sample_kinds or not_given
    found = (
        ("client", survey.client), ("publisher", survey.publisher),
        ("account_dates", t("account_period", start=day(survey.fieldwork_start),
                            end=day(survey.fieldwork_end))),
        ("account_population", survey.target_population), ("sources", survey.sources),
        ("account_recruitment", survey.recruitment), ("account_sample", kinds),
        ("account_size", t("account_n", n=count(survey.n_respondents))),
        ("weighting", _weights(reading, survey)),
        ("account_assumptions", _assumed(reading, survey)),
        ("account_precision", _precision(reading, survey)),
        ("account_evidence", t("account_where")), ("account_contact", survey.contact),
    )  # fmt: skip
    return tuple((t(key), text or not_given) for key, text in found)


def _weights(reading: Reading, survey: Survey) -> str:
    """The schemes of first choice, what they cost, and how much the weights differ."""
    write = reading.numbers
    schemes = [
        w for w in reading.data.weighting
        if w.survey_code == survey.survey_code and w.is_default_scheme
    ]  # fmt: skip
    return " ".join(
        reading.t(
            "account_weights", label=w.label, n=write.count(w.n_effective),
            deff=write.precise(w.deff_weights, "mean"), low=write.precise(w.min_weight, "mean"),
            high=write.precise(w.max_weight, "mean"),
        )
        if w.deff_weights is not None and w.min_weight is not None and w.max_weight is not None
        else f"{w.label}."
        for w in schemes[:1]
    )  # fmt: skip


def _assumed(reading: Reading, survey: Survey) -> str:
    return f"{reading.t.caution(survey)} {reading.t('account_assumed')}"


def _precision(reading: Reading, survey: Survey) -> str:
    """The level, and the widest interval of a share of everybody together."""
    said = reading.t(
        "account_level", level=level(survey.confidence_level, reading.numbers.language)
    )
    halves = [
        (e.ci_high - e.ci_low) / 2 for e in reading.data.estimates
        if e.survey_code == survey.survey_code and e.segment_code == TOTAL and e.is_default_scheme
        and e.ci_low is not None and e.ci_high is not None
        and reading.measures.unit_of(e.question_code, e.statistic) == "share"
    ]  # fmt: skip
    if not halves:
        return said
    widest = reading.numbers.tick(float(shifted(round(max(halves), 3))), "mean")
    return f"{said} {reading.t('account_widest', points=widest)}"
