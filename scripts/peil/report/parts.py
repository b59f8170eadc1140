"""What the sections of the summary are made of."""

from collections.abc import Sequence

from peil.dutch import difference, interval, number
from peil.report.document import Section, Table
from peil.report.figures import Figure, Published
from peil.report.sentences import value


def section(title: str, texts: Sequence[str], *tables: Table | None) -> Section:
    """A section of the texts and tables that there are."""
    return Section(
        title,
        tuple(text for text in texts if text),
        tuple(table for table in tables if table is not None),
    )


def figure_table(
    published: Published, caption: str, first: str, figures: Sequence[Figure], label: str = "label"
) -> Table | None:
    """Everybody with interval and n, both groups, and the verdict in words."""
    if not figures:
        return None
    rows = []
    for figure in figures:
        effect = published.effect(figure)
        groups = (published.twin(figure, group) for group in published.groups)
        verdict = "–"
        if effect is not None:
            amount = difference(effect.difference, figure.kind)
            verdict = f"significant: {amount}" if effect.is_significant else "niet significant"
        rows.append(
            (
                getattr(figure, label),
                value(figure),
                interval(figure.ci_low, figure.ci_high, figure.kind),
                number(figure.n_answers),
                *(value(group) if group else "–" for group in groups),
                verdict,
            )
        )
    header = (
        first, "Alle inwoners", f"{published.level}-interval", "n", *published.group_labels,
        "Verschil",
    )  # fmt: skip
    return Table(caption, header, tuple(rows), frozenset(range(1, 6)))
