"""`peil recompute`: a published figure, checked, as a folder that R can make it of again."""

import re
from pathlib import Path

from peil import exported as exports
from peil.crosstabs.asked import Row, rows_of
from peil.crosstabs.result import Rounding
from peil.crosstabs.run import opened
from peil.errors import PeilError
from peil.private import owner_only
from peil.recompute.arithmetic import recomputed
from peil.recompute.cells import Cells, read_cells
from peil.recompute.figures import find_figure
from peil.recompute.files import check_folder, write_pack
from peil.recompute.shown import refuse_unsafe, shown_cells
from peil.settings import Places

VERB = "peil recompute"


def recompute(places: Places, code: str, out: Path | None, *, is_exact: bool) -> Path:
    """Write the pack of a figure.

    Args:
        places: where the warehouse is.
        code: figure_code of marts.estimates, or enough parts of it.
        out: the folder; by default one in the current folder, called after the figure.
        is_exact: the counts themselves instead of counts that may be shown.

    Raises:
        InputError: there is no such figure, it is withheld, or its counts may not be shown.
        PeilError: the warehouse is not built, or the figure is not what these counts give.
    """
    with opened(places, VERB) as connection:
        figure = find_figure(connection, code)
        folder = out or Path.cwd() / _folder_name(figure)
        check_folder(folder)
        asked, cells = read_cells(connection, figure)
        rounding = Rounding(
            rows_of(connection, "select * from codebook.publication_rounding"), asked.thresholds
        )
        _check(figure, cells, rounding)
        if not is_exact:
            refuse_unsafe(connection, figure, cells)
            cells = shown_cells(cells, figure, asked, rounding)
    if is_exact:
        exports.remember(places.warehouse, folder.resolve())
    with owner_only():
        write_pack(folder, figure, asked, cells, is_exact=is_exact)
    return folder


def _folder_name(figure: Row) -> str:
    return "recompute-" + re.sub(r"[^\w=*.-]+", "-", figure["figure_code"]).replace("*", "-")


def _check(figure: Row, cells: Cells, rounding: Rounding) -> None:
    """The counts must give what is published, or the pack would prove something else.

    Raises:
        PeilError: they do not, with why that can be.
    """
    if figure["is_from_earlier_release"]:
        return
    kind, n = figure["kind"], figure["n_answers"]
    estimate, se = recomputed(cells)
    if rounding.figure(estimate, kind, n) == figure["estimate"] and (
        abs(se - figure["se"]) <= 0.5000001 * rounding.step(kind, n)
    ):
        return
    known = (
        " It is a raking variable with a level that the population does not know: its error is "
        "that of the sample's own share of that level (docs/statistics.md), which R's calibrate() "
        "takes for known."
        if cells.is_calibrated and abs(se) < 1e-9
        else " Run `peil nightly`, and tell who keeps Peil when it stays so."
    )
    raise PeilError(
        f"{figure['figure_code']}: its counts give {estimate:.6g} ± {se:.6g}, published is "
        f"{figure['estimate']:g} ± {figure['se']:g}: no pack is written.{known}"
    )
