"""The pack as files: counts, totals, an R script and a page that says what they are."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from peil.crosstabs.asked import Asked, Row
from peil.drafts import draft_of, remove
from peil.errors import InputError
from peil.nights.purge_files import COUNTS as CELLS
from peil.recompute.cells import Cells

SCRIPT, MARGINS, PAGE, ABOUT = "recompute.R", "margins.csv", "README.md", "figure.json"
# Enough digits to have the same number back.
_DIGITS = "%.17g"


def cells_name(figure: Row, *, is_exact: bool) -> str:
    """The file of the counts; of exact ones a name by which `peil purge` finds those of a wave."""
    stem = f"{figure['survey_code']}_{figure['wave_code']}.".replace("/", "-")
    return f"{stem if is_exact else ''}{CELLS}"


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than an earlier pack.

    Raises:
        InputError: it does, or there is no folder to make it in.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"--out {folder}: is a file. Give a new or empty folder.")
    if not folder.parent.is_dir():
        raise InputError(f"--out {folder}: there is no folder {folder.parent}.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / ABOUT).is_file():
        raise InputError(
            f"--out {folder}: holds something else than an earlier pack, so it is left alone. Give "
            "a new or empty folder."
        )


def write_pack(folder: Path, figure: Row, asked: Asked, cells: Cells, *, is_exact: bool) -> None:
    """Write the folder whole or not at all; an earlier pack there is replaced.

    Raises:
        InputError: the folder cannot be written.
    """
    draft = draft_of(folder)
    try:
        remove(draft)
        draft.mkdir()
        for name, text in _contents(figure, asked, cells, is_exact=is_exact):
            (draft / name).write_text(text, encoding="utf-8")
        remove(folder)
        draft.replace(folder)
    except OSError as error:
        raise InputError(
            f"--out {folder}: cannot be written ({error.strerror or error}). Give another folder."
        ) from error
    finally:
        remove(draft)


def _contents(
    figure: Row, asked: Asked, cells: Cells, *, is_exact: bool
) -> Iterator[tuple[str, str]]:
    name = cells_name(figure, is_exact=is_exact)
    columns = ["stratum", *(["unit"] if cells.by_cluster else []), "base_weight"]
    columns += ["weight"] if cells.is_bounded else []
    columns += ["fraction"] if cells.counts["fraction"].any() else []
    columns += ["in_figure", "y", *cells.margins["column"], "n"]
    counts = cells.counts.astype({"in_figure": int}).groupby(columns[:-1], dropna=False)["n"].sum()
    yield name, _csv(counts.reset_index()[columns])
    if cells.is_calibrated:
        yield MARGINS, _csv(_with_formula(cells.margins))
    yield SCRIPT, script(figure, cells, name)
    yield PAGE, _page(figure, asked, cells, name, is_exact=is_exact)
    about = {key: figure[key] for key in ("figure_code", "estimate", "se", "n_answers")}
    yield ABOUT, json.dumps(about | {"is_exact": is_exact}, ensure_ascii=False, indent=1) + "\n"


def _with_formula(margins: pd.DataFrame) -> pd.DataFrame:
    """Which levels the formula takes: as margins add up to one total, not every level of each."""
    first = margins.groupby("group_value")["attribute_code"].transform("first")
    is_spare = ~margins.duplicated(["group_value", "attribute_code"])
    needed = (margins["attribute_code"] == first) | ~is_spare
    return margins.assign(is_known=margins["is_known"].astype(int), in_formula=needed.astype(int))


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, float_format=_DIGITS, lineterminator="\n")


def script(figure: Row, cells: Cells, counts_file: str) -> str:
    """At most 25 lines of R that make the estimate and its standard error of the counts."""
    has_fraction = bool(cells.counts["fraction"].any())
    unit = "unit" if cells.by_cluster else "person"
    fpc = ", fpc = ~fraction" if has_fraction else ""
    design = (
        f"svydesign(ids = ~{unit}, strata = ~stratum, weights = ~%s, data = people{fpc}, "
        "nest = TRUE)"
    )
    lines = [
        f"# {json.dumps(figure['figure_code'], ensure_ascii=False)}, "
        f"published as {figure['estimate']:g}, SE {figure['se']:g}. Start R in this folder.",
        "library(survey)",
        'options(survey.lonely.psu = "adjust")',
        f"cells <- read.csv({json.dumps(counts_file, ensure_ascii=False)}, "
        'colClasses = c(stratum = "character"), encoding = "UTF-8")',
        "people <- cells[rep(seq_len(nrow(cells)), cells$n), ]",
        "people$person <- seq_len(nrow(people))",
        "people$y[people$in_figure == 0] <- 0 # in the design, not in the figure",
    ]
    if cells.is_calibrated:
        lines.append(f'margins <- read.csv("{MARGINS}", encoding = "UTF-8")')
    if cells.is_bounded and cells.is_calibrated:
        lines += [
            "# calibrate() has no bounds with raking: weights are given, the error is written out.",
            "inside <- people$in_figure == 1",
            "estimate <- weighted.mean(people$y[inside], people$weight[inside])",
            "e <- ifelse(inside, people$y - estimate, 0) / sum(people$weight[inside])",
            "x <- as.matrix(people[margins$column])",
            "people$r <- lm.wfit(x, e, people$base_weight)$residuals",
            f"design <- {design % 'weight'}",
            "print(c(estimate = estimate, se = as.numeric(SE(svytotal(~r, design)))), digits = 15)",
        ]
        return "\n".join(lines) + "\n"
    lines.append(f"design <- {design % 'base_weight'}")
    if cells.is_calibrated:
        lines += [
            "kept <- margins[margins$in_formula == 1, ]",
            "design <- calibrate(design, reformulate(c(0, kept$column)), "
            "setNames(kept$total, kept$column),",
            '                    calfun = "raking", epsilon = 1e-13, maxit = 500)',
        ]
    lines += [
        "figure <- svymean(~y, subset(design, in_figure == 1))",
        "print(c(estimate = coef(figure)[[1]], se = SE(figure)[[1]]), digits = 15)",
    ]
    return "\n".join(lines) + "\n"


def _page(figure: Row, asked: Asked, cells: Cells, counts_file: str, *, is_exact: bool) -> str:
    label = "nl" if asked.language == "nl" else "en"
    words = [
        figure[f"question_label_{label}"], figure[f"statistic_label_{label}"],
        figure[f"option_label_{label}"], figure[f"segment_label_{label}"],
        asked.wave_label, asked.scheme[f"label_{label}"],
    ]  # fmt: skip
    simulated = "\nThe answers are simulated.\n" if asked.survey["is_simulated"] else ""
    weights = (
        "`base_weight`, scaled to the population of the weighting group, is where calibrate() "
        "starts; the columns m1, m2, ... are the levels in `margins.csv`, with the total of each."
        if cells.is_calibrated
        else "`base_weight` is the weight: this scheme takes weights as given."
    )
    if is_exact:
        kind = (
            "**The counts are exact: they come from answers of people, and are for who may open "
            "the warehouse.** `peil purge` removes them with the wave."
        )
    else:
        base = int(asked.thresholds["min_cell_n"])
        kind = (
            f"**The counts are no real ones.** Each was rounded at random to a multiple of {base}, "
            "and then changed by single people until they give the figure as it is published. Use "
            "them to check the calculation, not to make another figure of them."
        )
    return f"""# {", ".join(word for word in words if word)}
{simulated}
Figure `{figure["figure_code"]}`, published as **{figure["estimate"]:g}**, standard error
{figure["se"]:g}, on {figure["n_answers"]:,} answers. `Rscript {SCRIPT}` in this folder makes it
again.

{kind}

`{counts_file}` has a row per stratum, raking cell and answer, with how many people (`n`). Rows with
`in_figure` 0 are people outside the figure: they did not answer or are in another group, and take
part in the weights and so in the error. `y` is what the figure is the weighted mean of. {weights}
How the error is made: docs/statistics.md of Peil.
"""
