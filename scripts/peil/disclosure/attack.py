"""What a reader who solves for whole numbers gets out of what is published: it must be nothing.

The figures are attacked as they are published in the end, whatever withheld them: by subtraction
(all equations together), by what is left of a total, by means and nets beside withheld shares, and
by the totals of tables of counts.
"""

from collections import Counter

import pandas as pd

from peil.disclosure.answers import NO_COMPLEMENTS, groups_given_away
from peil.disclosure.counts import rooms
from peil.disclosure.equations import questions_of
from peil.disclosure.mirrors import seen_in_mirrors
from peil.disclosure.nets import telling_net
from peil.disclosure.ranges import close_ranges
from peil.disclosure.rules import LEAST_ROOM, Rules
from peil.disclosure.suppression import moment_rooms, rest_is_read

COLUMNS = ["survey_code", "wave_code", "attack_code", "n_tried", "n_recovered"]


def attack_figures(
    figures: pd.DataFrame,
    nestings: pd.DataFrame,
    complements: pd.DataFrame,
    rules: Rules,
    answers: pd.DataFrame,
    mirrors: pd.DataFrame | None = None,
    bands: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What can be worked out of the withheld figures.

    Args:
        figures: as for `protect`, with survey_code, and primary_reason the reason in force.
        nestings: as for `protect`.
        complements: as for `protect`.
        rules: as for `protect`.
        answers: as for `protect`.
        mirrors: as for `protect`.
        bands: as for `protect`.

    Returns:
        One row per survey, wave and attack (COLUMNS): withheld figures, and those recovered.
    """
    tried: Counter = Counter()
    recovered: Counter = Counter()
    all_hidden = set(figures.loc[figures["primary_reason"].notna(), "figure_id"])
    seen = set() if mirrors is None else seen_in_mirrors(all_hidden, mirrors)
    mirrored = (
        set()
        if mirrors is None
        else set(mirrors.loc[mirrors["mirror_id"].isin(seen), "figure_id"]) & all_hidden
    )
    close = close_ranges(figures[figures["primary_reason"].isna()], rules, bands)
    for wave, rows, question, given in questions_of(figures, nestings, complements, answers):
        survey = (rows["survey_code"].iloc[0], wave)
        hidden = [c for c in question.hidden if c in question.figure_ids]
        tried[*survey, "subtraction"] += len(hidden)
        read = {question.figure_ids[c] for c in question.solved()}
        read |= mirrored & {question.figure_ids[c] for c in hidden}
        recovered[*survey, "subtraction"] += len(read)
        recovered[*survey, "subtraction"] += rows["figure_id"].isin(close).sum()
        for equation in question.equations:
            rest = [c for c in equation.table_cells if c in question.hidden]
            if rest and len(rest) < len(equation.table_cells) and equation.parent is not None:
                tried[*survey, "rest"] += 1
                recovered[*survey, "rest"] += rest_is_read(question, equation, rest, rules)
            elif telling_net(question, equation) is not None:
                tried[*survey, "moments"] += 1
                recovered[*survey, "moments"] += 1
        if given is not None:
            for _, _, room in moment_rooms(question, rows, given, rules):
                tried[*survey, "moments"] += len(room)
                recovered[*survey, "moments"] += sum(r < LEAST_ROOM - 1e-6 for r in room)
    return _rows(tried, recovered)


def attack_answers(figures: pd.DataFrame, nestings: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """The same of shares of every answer: what `withheld_answers` was given, with its reasons."""
    tried: Counter = Counter()
    recovered: Counter = Counter()
    for wave, rows, question, _ in questions_of(figures, nestings, NO_COMPLEMENTS, None):
        survey = (rows["survey_code"].iloc[0], wave)
        tried[*survey, "answers"] += len(set(rows.dropna(subset=["primary_reason"])["group_id"]))
        recovered[*survey, "answers"] += len(groups_given_away(question))
        for equation in question.equations:
            rest = [c for c in equation.table_cells if c in question.hidden]
            if rest and len(rest) < len(equation.table_cells):
                tried[*survey, "answers"] += 1
                recovered[*survey, "answers"] += rest_is_read(question, equation, rest, rules)
    return _rows(tried, recovered)


def attack_counts(counts: pd.DataFrame, withheld: pd.DataFrame, min_cell_n: float) -> pd.DataFrame:
    """The same of counts of people: what `withheld_counts` was given, and what it gave."""
    tried: Counter = Counter()
    recovered: Counter = Counter()
    hidden = dict(list(withheld.groupby(["table_code", "wave_code"])))
    for (table, survey, wave), part in counts.groupby(["table_code", "survey_code", "wave_code"]):
        secret = hidden.get((table, wave))
        if secret is None:
            continue
        n = part.set_index(["place", "item"])["n"].astype(float)
        room = rooms(n, set(zip(secret["place"], secret["item"], strict=True)))
        tried[survey, wave, "counts"] += len(room)
        recovered[survey, wave, "counts"] += sum(r < min_cell_n - 1e-6 for r in room.values())
    return _rows(tried, recovered)


def _rows(tried: Counter, recovered: Counter) -> pd.DataFrame:
    rows = [(*key, n, int(recovered[key])) for key, n in sorted(tried.items())]
    return pd.DataFrame(rows, columns=COLUMNS).astype(
        {**dict.fromkeys(COLUMNS[:3], "string"), "n_tried": "int64", "n_recovered": "int64"}
    )
