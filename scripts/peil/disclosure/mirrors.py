"""The same people the other way around: who gave b of those who gave a, and a of those who gave b.

With the bases of both groups either figure is the other: both may be seen, or neither.
"""

import pandas as pd

from peil.disclosure.rules import COMPLEMENTARY


def seen_in_mirrors(hidden: set[int], mirrors: pd.DataFrame) -> set[int]:
    """The figures that are seen while the same people the other way around are not.

    Args:
        hidden: numbers of withheld figures.
        mirrors: figure_id, mirror_id.
    """
    is_hidden = mirrors["figure_id"].isin(hidden)
    return set(mirrors.loc[is_hidden, "mirror_id"].tolist()) - hidden


def withhold_as_well(
    figures: pd.DataFrame, given_away: set[int], items: dict[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Withhold these figures as well.

    Args:
        figures: as for `protect`.
        given_away: numbers of figures.
        items: of each score what it is made of, in item_question_code.

    Returns:
        All figures, and those of questions, or of scores of them, that must be protected again.
    """
    is_given_away = figures["figure_id"].isin(given_away)
    withheld = figures.assign(
        primary_reason=figures["primary_reason"].mask(is_given_away, COMPLEMENTARY)
    )
    codes = set(figures.loc[is_given_away, "question_code"])
    codes |= {code for code, of in items.items() if codes & set(of["item_question_code"])}
    again = figures["question_code"].isin(codes)
    return withheld, withheld[
        again & figures["wave_code"].isin(figures.loc[is_given_away, "wave_code"])
    ]
