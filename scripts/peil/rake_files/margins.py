"""The margins of `peil rake`: read as any delivery is, and scaled to one total where asked."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from peil.errors import InputError, RakingError
from peil.rake_files.job import Job
from peil.rake_files.levels import same_number
from peil.rake_files.tables import mark_in, read_table
from peil.raking.margins import TOTALS_TOLERANCE
from peil.readers import INCOMING
from peil.readers.marks import as_number
from peil.warehouse import quoted

Targets = dict[str, dict[str, dict[str, float]]]
# Sums of targets rounded to whole percents differ by less; a level that is missing makes more.
_BY_ROUNDING = 0.02
ALL = "all"


def read_margins(job: Job) -> Targets:
    """Per group and variable the target of each level.

    Raises:
        InputError: the file cannot be read, a column or variable is missing, a total is no
            number, or a level stands there twice.
    """
    wanted = ["variable", "level", "total", *(["group"] if job.group else [])]
    with duckdb.connect() as connection:
        reading = read_table(connection, job.margins, "--margins", declared_in="")
        names = {column.lower(): column for column in reading.columns}
        if missing := [c for c in wanted if c not in names]:
            raise InputError(
                f"{job.margins}: column '{missing[0]}' is missing. Margins need the columns "
                f"{', '.join(wanted)}. Columns here: {', '.join(reading.columns)}."
            )
        total = f"rtrim(trim({quoted(names['total'])}), '%')"
        mark = mark_in(
            connection, total, job, reading, f"{job.margins}, column total",
            " or write totals without thousands separators.",
        )  # fmt: skip
        columns = ", ".join(f"coalesce(trim({quoted(names[c])}), '')" for c in wanted)
        rows = connection.execute(
            f"select row_number, {as_number(total, mark)}, {columns} from {INCOMING} "
            "order by row_number"
        ).fetchall()
    targets: Targets = {}
    for number, value, variable, level, text, *group in rows:
        where = f"{job.margins}, row {reading.header_row + number}"
        if value is None:
            raise InputError(
                f"{where}, column total: '{text}' is not a number. Write a number, without signs "
                "or words."
            )
        if not variable:
            raise InputError(f"{where}: no variable. Name the column that level '{level}' is of.")
        levels = targets.setdefault(group[0] if group else ALL, {}).setdefault(variable, {})
        if twice := [known for known in levels if same_number(known, level)]:
            raise InputError(
                f"{where}: level '{level}' of {variable} stands there twice"
                f"{'' if twice[0] == level else f' (as {twice[0]!r})'}. Keep one row per level."
            )
        levels[" ".join(level.split())] = value
    if not targets:
        raise InputError(f"{job.margins}: has no rows. Give a total per variable and level.")
    return targets


def scale_rounded(
    targets: Targets, sizes: Mapping[str, float], margins: Path, *, is_asked: bool
) -> tuple[Targets, list[str]]:
    """Margins whose sums differ by rounding or by unit, scaled to one total.

    Args:
        targets: per group and variable the target per level.
        sizes: respondents per group.
        margins: the file, for messages.
        is_asked: whether the user wants them scaled.

    Returns:
        The targets, and a sentence per group that was scaled.

    Raises:
        RakingError: they look rounded, or are of different units, and nobody asked for scaling.
    """
    scaled, notes = dict(targets), []
    for group, of_group in targets.items():
        sums = {variable: sum(levels.values()) for variable, levels in of_group.items()}
        units = {variable: _unit(total, sizes.get(group, 0)) for variable, total in sums.items()}
        if not _look_rounded(sums, units):
            continue
        where = f"group '{group}': " if len(targets) > 1 else ""
        shown = ", ".join(f"{v} {total:,.6g}" for v, total in sums.items())
        if not is_asked:
            looks = (
                "look rounded"
                if len(set(units.values())) == 1
                else "are of different units (shares beside percentages or numbers of people)"
            )
            raise RakingError(
                f"{margins}: {where}the margins {looks}: they sum to {shown}. Add --scale-margins "
                "to scale each to the same total, or give them with more digits."
            )
        people = [total for v, total in sums.items() if units[v] == "people"]
        common = people[0] if people else 1.0
        scaled[group] = {
            variable: {level: total / sums[variable] * common for level, total in levels.items()}
            for variable, levels in of_group.items()
        }
        notes.append(f"{where}margins scaled to one total; they summed to {shown}.")
    return scaled, notes


def _unit(total: float, n: float) -> str:
    for unit, whole in (("shares", 1.0), ("percentages", 100.0)):
        # A hundred people in a sample of a hundred are people.
        if abs(total - whole) <= _BY_ROUNDING * whole and (whole == 1.0 or n > whole):
            return unit
    return "people"


def _look_rounded(sums: Mapping[str, float], units: Mapping[str, str]) -> bool:
    """Whether the sums differ, though no more than rounding or another unit explains."""
    totals = list(sums.values())
    if min(totals) <= 0:
        return False
    if set(units.values()) == {"people"}:
        apart = max(totals) / min(totals) - 1
        return TOTALS_TOLERANCE < apart <= _BY_ROUNDING
    if len(set(units.values())) > 1:
        people = [sums[v] for v, unit in units.items() if unit == "people"]
        return not people or max(people) / min(people) - 1 <= _BY_ROUNDING
    whole = 1.0 if "shares" in units.values() else 100.0
    return any(abs(total / whole - 1) > TOTALS_TOLERANCE for total in totals)
