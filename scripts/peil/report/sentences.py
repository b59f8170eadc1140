"""Sentences that only a text has room for: pairs, ranges, majorities, and who differs where."""

from peil.site.charts import Block
from peil.site.context import Reading
from peil.site.measures import Measure
from peil.site.numbers import short, small
from peil.site.page_contrast import Effect
from peil.site.page_summary import small_divisions
from peil.site.rows import Contrast, Estimate, Survey

Line = tuple[Measure, Estimate]
Measured = tuple[str, str | None]
# Where words change; the reader sees the percentage beside the word.
LARGE_MAJORITY = 0.75
MOST_NAMED, MOST_IN_RANGE = 6, 4


def measured(m: Measure) -> Measured:
    """The question, and the answer where it has answers."""
    return m.question.question_code, m.option_code


def about_everybody(reading: Reading, survey: Survey, block: Block) -> list[str]:
    """What the figures of everybody say beside the title of their chart."""
    if block.kind == "parts" and len(block.measures) > 1:
        return [*_ranges(reading, block), *_means(reading, block)]
    return _majority(reading, survey, block)


def _shown(reading: Reading, measures: list[Measure], statistic: str) -> list[Line]:
    lines = ((m, reading.measures.estimate(m, statistic=statistic)) for m in measures)
    return sorted((x for x in lines if not x[1].is_withheld), key=lambda line: -line[1].shown)


def split(lines: list[Line]) -> tuple[list[Line], list[Line]] | None:
    """Two sets, from high to low, where no interval of one touches one of the other.

    Of all places where that is so, the one where the figures lie furthest apart.
    """
    places = [
        at for at in range(1, len(lines))
        if min(e.least for _, e in lines[:at]) > max(e.most for _, e in lines[at:])
    ]  # fmt: skip
    if not places:
        return None
    at = max(places, key=lambda at: lines[at - 1][1].shown - lines[at][1].shown)
    return lines[:at], lines[at:]


def _ranges(reading: Reading, block: Block) -> list[str]:
    """Bij a, b en c is het aandeel onvoldoende 38% tot 48%, bij d en e 22% tot 28%."""
    parts = reading.measures.parts(block.questions[0].scale_code)
    found = split(_shown(reading, block.measures, parts.bad.statistic)) if parts else None
    if parts is None or found is None or max(map(len, found)) > MOST_IN_RANGE:
        return []
    (high, high_range), (low, low_range) = (
        (_names(reading, lines), _range(reading, lines)) for lines in found
    )
    return [
        reading.t(
            "ranges", what=small(short(parts.bad.label)), high=high, high_range=high_range,
            low=low, low_range=low_range,
        )
    ]  # fmt: skip


def _range(reading: Reading, lines: list[Line]) -> str:
    """38% tot 48%, from low to high; one figure where it reads the same."""
    found = [reading.numbers.figure(e.estimate, "share") for _, e in (lines[-1], lines[0])]
    return f" {reading.t('to')} ".join(dict.fromkeys(found))


def _means(reading: Reading, block: Block) -> list[str]:
    """Het best beoordeeld: a en b (7,5 en 7,3). Minder goed: c (6,1)."""
    parts = reading.measures.parts(block.questions[0].scale_code)
    if parts is None or parts.mean is None or parts.mean.is_categorical:
        return []
    lines = _shown(reading, block.measures, parts.mean.statistic)
    if len(lines) < 2:
        return []
    found = split(lines)
    if found is None:
        values = [reading.numbers.figure(e.estimate, "mean") for _, e in (lines[-1], lines[0])]
        return [reading.t("all_means", low=values[0], high=values[1])]
    if max(map(len, found)) > MOST_IN_RANGE:
        return []
    key = {"higher_is_better": "best_mean"}.get(parts.mean.direction or "", "highest_mean")
    best, worst = (_with_figures(reading, lines, "mean") for lines in found)
    return [reading.t(key, best=best, worst=worst)]


def _names(reading: Reading, lines: list[Line]) -> str:
    return reading.numbers.listing(reading.measures.in_sentence(m) for m, _ in lines)


def _with_figures(reading: Reading, lines: list[Line], unit: str) -> str:
    figures = reading.numbers.listing(reading.numbers.figure(e.estimate, unit) for _, e in lines)
    return f"{_names(reading, lines)} ({figures})"


def _majority(reading: Reading, survey: Survey, block: Block) -> list[str]:
    """Een meerderheid van de inwoners antwoordt: e-mail; the word follows the whole interval."""
    lines = [
        (m, e) for m in block.measures
        if m.unit == "share" and (e := reading.measures.estimate(m)).ci_low is not None
    ]  # fmt: skip
    if not lines or (block.kind != "options" and len(lines) > 1):
        return []
    m, e = max(lines, key=lambda line: line[1].shown)
    if block.kind == "options" and e.low <= 0.5:
        return []
    if e.low > 0.5:
        key = "large_majority" if e.low >= LARGE_MAJORITY else "majority"
    else:
        key = "minority" if e.high < 0.5 else "half"
    what = m.label if m.option_code else short(m.statistic.label)
    return [
        reading.t(
            key, who=reading.t.for_audience("who", survey.audience), what=small(what),
            figure=reading.numbers.figure(e.estimate, "share"),
            ends=reading.numbers.interval(e.ci_low, e.ci_high, "share"),
        )
    ]  # fmt: skip


def about_contrast(
    reading: Reading, contrast: Contrast, effects: list[Effect], labels: dict[Measured, str]
) -> str:
    """On which of these measures the groups of a contrast differ for certain."""
    names = {"a": contrast.comparison_label, "b": small(contrast.reference_label)}
    certain = [e for e in effects if e.certainty == "certain"]
    if not certain:
        hints = sum(e.certainty == "hint" for e in effects)
        more = reading.t("with_hints", n=hints) if hints else ""
        return reading.t("differs_nowhere", a=small(names["a"]), b=names["b"], more=more)
    certain.sort(key=lambda e: -abs(e.difference))
    items = []
    for e in certain[:MOST_NAMED]:
        values = {
            "fa": reading.numbers.figure(e.comparison.estimate, e.unit),
            "fb": reading.numbers.figure(e.reference.estimate, e.unit),
        }
        key = "differs_item" if len(effects) > 1 else "differs_item_one"
        items.append(reading.t(key, label=labels[measured(e.measure)], **values))
    more = reading.t("and_more", n=len(certain) - MOST_NAMED) if len(certain) > MOST_NAMED else ""
    said = reading.numbers.listing(items) if not more else ", ".join(items) + more
    return reading.t("differs_on", **names, items=said)


def about_divisions(reading: Reading, block: Block, contrasted: set[str]) -> list[str]:
    """What differs for certain over the groups of the other divisions."""
    survey = block.questions[0].survey_code
    found = []
    for code, groups in small_divisions(reading, survey).items():
        if code in contrasted or not any(
            c.is_certain
            for m in block.measures
            for c in reading.measures.tests(m, code, "segments")
        ):
            continue
        found.append(f"{reading.findings.division_title(block, code, groups)}.")
    return found
