"""Dutch sentences that follow the figures: who is highest, is it a majority, is it a difference.

Two figures that read the same are not called higher and lower; a difference is called one only when
the published test says so.
"""

from collections.abc import Sequence

from peil.dutch import figure as written
from peil.dutch import interval, listing, lower_first
from peil.report.figures import Figure, Published

# Where words change; the reader sees the percentage beside the word.
LARGE_MAJORITY = 0.75


def value(figure: Figure) -> str:
    return written(figure.estimate, figure.kind)


def name(figure: Figure) -> str:
    """What the figure is about, as it stands in a sentence: `de balie`."""
    return figure.phrase or lower_first(figure.label)


def with_value(figure: Figure) -> str:
    return f"{name(figure)} ({value(figure)})"


def with_interval(published: Published, figure: Figure) -> str:
    ends = interval(figure.ci_low, figure.ci_high, figure.kind)
    return f"{value(figure)} ({published.level}-betrouwbaarheidsinterval {ends})"


def ordered(figures: Sequence[Figure]) -> list[Figure]:
    """From high to low."""
    return sorted(figures, key=lambda figure: -figure.estimate)


def highest(figures: Sequence[Figure]) -> list[Figure]:
    """The highest, and all that read the same."""
    ranked = ordered(figures)
    return [figure for figure in ranked if value(figure) == value(ranked[0])]


def lowest(figures: Sequence[Figure]) -> list[Figure]:
    """The lowest, and all that read the same."""
    ranked = ordered(figures)
    return [figure for figure in ranked if value(figure) == value(ranked[-1])]


def named(figures: Sequence[Figure]) -> str:
    """`balie (7,3)`, or `balie en digitaal (allebei 7,3)`."""
    if len(figures) == 1:
        return with_value(figures[0])
    both = "allebei" if len(figures) == 2 else "alle"
    names = listing([name(figure) for figure in figures])
    return f"{names} ({both} {value(figures[0])})"


def extremes(figures: Sequence[Figure], high: str, low: str) -> str:
    """One sentence on the highest and the lowest; `{}` in both texts is their place."""
    if not figures:
        return ""
    top, bottom = highest(figures), lowest(figures)
    if value(top[0]) == value(bottom[0]):
        if len(figures) == 1:
            return _sentence(high.format(named(top)))
        return f"Alle antwoorden komen even hoog uit: {listing([with_value(f) for f in figures])}."
    return _sentence(f"{high.format(named(top))} {low.format(named(bottom))}")


def ranking(figures: Sequence[Figure]) -> str:
    """From high to low, each with its value."""
    return listing([with_value(figure) for figure in ordered(figures)])


def proportion(figure: Figure) -> str:
    """`een meerderheid van de inwoners (61%)`: the word follows the whole interval."""
    if figure.ci_low >= LARGE_MAJORITY:
        word = "een grote meerderheid van de inwoners"
    elif figure.ci_low > 0.5:
        word = "een meerderheid van de inwoners"
    elif figure.ci_high < 0.5:
        word = "een minderheid van de inwoners"
    else:
        word = "ongeveer de helft van de inwoners"
    return f"{word} ({value(figure)})"


def majorities(figures: Sequence[Figure]) -> list[Figure]:
    """Those that are a majority over the whole interval, high to low."""
    return [figure for figure in ordered(figures) if figure.ci_low > 0.5]


def group_difference(published: Published, figure: Figure, what: str) -> str:
    """One measure: both groups, and whether it is a difference. Empty when it may not be said."""
    effect = published.effect(figure)
    here, there = (published.twin(figure, group) for group in published.groups)
    if effect is None or here is None or there is None:
        return ""
    one, other = _group_names(published)
    both = f"{value(here)} bij {one} en {value(there)} bij {other}"
    if effect.is_significant:
        direction = "hoger" if effect.difference > 0 else "lager"
        return f"{what} is bij {one} significant {direction}: {both}."
    return f"{what} verschilt niet significant tussen {one} en {other} ({both})."


def group_differences(
    published: Published, figures: Sequence[Figure], more: str, less: str, what: str
) -> str:
    """Several measures: what is higher, what is lower, and where no difference is shown.

    Args:
        published: the published figures.
        figures: the measures, of everybody.
        more: sentence on the measures that are higher among participants; `{}` is their place.
        less: the same for lower.
        what: what the measures are together, in the singular: `kanaal`.
    """
    higher: list[str] = []
    lower: list[str] = []
    equal: list[str] = []
    for figure in figures:
        effect = published.effect(figure)
        here, there = (published.twin(figure, group) for group in published.groups)
        if effect is None or here is None or there is None:
            continue
        if not effect.is_significant:
            equal.append(name(figure))
            continue
        text = f"{name(figure)} ({value(here)} tegen {value(there)})"
        (higher if effect.difference > 0 else lower).append(text)
    groups = "er geen significant verschil tussen " + " en ".join(_group_names(published))
    if not higher and not lower:
        return f"Bij geen enkel {what} is {groups.replace('geen', 'een', 1)}." if equal else ""
    return " ".join(
        _sentence(template.format(listing(names)))
        for template, names in ((more, higher), (less, lower), (f"bij {{}} is {groups}", equal))
        if names
    )


def _group_names(published: Published) -> list[str]:
    """The groups of the contrast as they stand within a sentence."""
    return [label[:1].lower() + label[1:] for label in published.group_labels]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
