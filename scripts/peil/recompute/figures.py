"""Which published figure is asked for: a code of marts.estimates, or enough of one."""

import difflib
from collections.abc import Iterable

import duckdb

from peil.crosstabs.asked import Row, rows_of
from peil.errors import InputError

BETWEEN = "/"
FORM = "survey/wave/question/statistic/group/scheme"
_MOST_SHOWN = 8


def find_figure(connection: duckdb.DuckDBPyConnection, asked: str) -> Row:
    """The row of marts.estimates; parts that one figure only can have may be left out.

    Raises:
        InputError: no figure has these parts, or several have, or the figure is withheld.
    """
    figures = rows_of(
        connection,
        "select figure_code, weighting_scheme, is_default_scheme, waves.is_latest_wave "
        "from marts.estimates inner join marts.about as waves using (survey_code, wave_code) "
        "order by sort_order",
    )
    codes = [row["figure_code"] for row in figures]
    found = [code for code in codes if code == asked] or [
        row["figure_code"] for row in _preferred(figures, asked)
    ]
    if not found:
        raise InputError(_unknown(codes, asked))
    if len(found) > 1:
        shown = "\n  ".join(found[:_MOST_SHOWN])
        more = f"\n  and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
        raise InputError(
            f"'{asked}' is {len(found)} figures; give one of their codes ({FORM}):\n  {shown}{more}"
        )
    figure = rows_of(
        connection,
        "select figures.*, segments.is_total, measures.kind from marts.estimates as figures "
        "inner join estimates.est_segments as segments using (survey_code, segment_code) "
        "inner join estimates.est_figure_measures as measures "
        "on figures.question_code = measures.question_code "
        "and figures.statistic = measures.statistic "
        "and figures.option_code is not distinct from measures.option_code "
        "where figure_code = ?",
        found[0],
    )[0]
    if figure["is_withheld"]:
        raise InputError(
            f"{found[0]}: withheld ({figure['withheld_reason']}: {figure['withheld_label_en']}), "
            "so nothing behind it may be shown either. `peil crosstab` may show a wider group."
        )
    return figure


def _preferred(figures: list[Row], asked: str) -> list[Row]:
    """Figures with these parts in this order; of several those of the last wave and own scheme."""
    parts = [part.strip() for part in asked.split(BETWEEN) if part.strip()]
    found = [row for row in figures if parts and _is_within(parts, row["figure_code"])]
    for preference in ("is_latest_wave", "is_default_scheme"):
        if len(found) > 1:
            found = [row for row in found if row[preference]] or found
    return found


def _is_within(parts: list[str], code: str) -> bool:
    """Whether these are parts of the code, in its order; of `a=b` the part `a` is enough."""
    place, whole = 0, f"{BETWEEN}{code}{BETWEEN}"
    for part in parts:
        starts = (whole.find(f"{BETWEEN}{part}{sign}", place) for sign in (BETWEEN, "="))
        at = min((start for start in starts if start >= 0), default=-1)
        if at < 0:
            return False
        place = at + len(part) + 1
    return True


def _unknown(codes: list[str], asked: str) -> str:
    """Which part is nowhere, or until which part there is a figure, and what comes near."""
    parts = [part.strip() for part in asked.split(BETWEEN) if part.strip()]
    known = {part for code in codes for part in code.split(BETWEEN)}
    known |= {part.partition("=")[0] for part in known}
    wrong = [part for part in parts if part not in known]
    if wrong:
        near = {part: _near(part, known) for part in wrong}
        said = "; ".join(
            f"no figure has '{part}'" + (f" (like {', '.join(found)})" if found else "")
            for part, found in near.items()
        )
        return f"'{asked}': {said}. A figure is called {FORM}, column figure_code of estimates."
    for n in range(len(parts), 0, -1):
        begun = [code for code in codes if _is_within(parts[:n], code)]
        if begun:
            shown = "\n  ".join(begun[:_MOST_SHOWN])
            return (
                f"'{asked}': there is no such figure. With '{BETWEEN.join(parts[:n])}' there are "
                f"{len(begun)}, of which the first are:\n  {shown}"
            )
    return f"'{asked}': no figure. A figure is called {FORM}, column figure_code of estimates."


def _near(part: str, known: Iterable[str]) -> list[str]:
    near = difflib.get_close_matches(part, sorted(known), 3, 0.6)
    return near or [word for word in sorted(known) if part and part in word][:3]
