"""What `peil count --min-cell K` costs: standard errors on the demo, written in docs/federated.md.

Every survey file of the demo is counted with and without coarsening, and the packages are landed
and built. A file with a place of fewer people than K is refused, as it would be, and counted as it
is; a night that stops on coarsened packages is a result. Run by `make min-cell`; the same on every
machine.
"""

import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
from peil.codebook import read_sources, source_of
from peil.errors import InputError
from peil.landing import land
from peil.nights.build import build_warehouse
from peil.progress import set_up_logging
from peil.settings import PROJECT, Places
from peil.warehouse import as_path, literal
from peil.workers.count import count_delivery, count_keys
from peil.workers.keep import KeepList, keep_lists

from benchmarks.sections import replace_section, table

log = logging.getLogger("benchmarks")
DOCS = PROJECT / "docs" / "federated.md"
K = (3, 5, 10)
_SCHEME = re.compile(r"scheme (?P<scheme>\w+)")


@dataclass(frozen=True)
class Cost:
    """Of one K: profiles, and per kind of segment how many figures there were, are, and their SE.

    `ratios` holds, per kind of segment, (figures before, of these made still, median and 95 %
    quantile of the ratio of standard errors, largest change of an estimate in standard errors).
    `n_refused` files have a place of too few people; their profiles are not among these.
    `stopped_by` is the weighting scheme that cannot be met; then there are no ratios.
    """

    k: int
    stopped_by: str
    n_refused: int
    profiles: int
    smallest: int
    ratios: dict[str, tuple[int, int, float, float, float]]


def main() -> None:
    """Measure and write."""
    set_up_logging()
    os.environ.setdefault("PEIL_HASH_KEY", "bench")
    with tempfile.TemporaryDirectory() as scratch:
        costs = measure(PROJECT / "seeds", Path(scratch), K)
    replace_section(DOCS, "min-cell", section(costs))
    log.info("Wrote %s.", DOCS)


def measure(seeds: Path, folder: Path, numbers: tuple[int, ...]) -> list[Cost]:
    """Count, land and build the demo without coarsening and with each number."""
    inbox = folder / "demo"
    inbox.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "peil", "demo", "--seeds", str(seeds), "--inbox", str(inbox)],
        check=True, capture_output=True,
    )  # fmt: skip
    sources = read_sources(seeds)
    surveys = [
        file
        for file in sorted(inbox.iterdir())
        if (source := source_of(file, sources)) and source.kind == "survey"
    ]
    keys = [count_keys(seeds, file, folder / "keys").package for file in surveys]
    keeps = keep_lists(seeds, keys)
    costs: list[Cost] = []
    plain: Places | None = None
    for k in (0, *numbers):
        places = Places(
            seeds, folder / str(k) / "inbox", folder / str(k) / "warehouse" / "peil.duckdb",
            folder / str(k) / "published",
        )  # fmt: skip
        places.inbox.mkdir(parents=True)
        for file in sorted(set(inbox.iterdir()) - set(surveys)):
            shutil.copy2(file, places.inbox)
        made = [_count(places, file, keeps[file.name], k) for file in surveys]
        landed = land(places)
        failures = build_warehouse(places).failures
        stopped_by = _SCHEME.search(" ".join(failures))
        if landed.rejected or landed.failed or (failures and not (k and stopped_by)):
            raise RuntimeError(f"--min-cell {k}: {landed.rejected} {landed.failed} {failures}")
        plain = plain or places
        sizes = _profile_sizes([package for package in made if package])
        costs.append(
            Cost(
                k, stopped_by["scheme"] if stopped_by else "", made.count(None), len(sizes),
                min(sizes), {} if stopped_by else compare(plain, places),
            )
        )  # fmt: skip
        log.info("%s", costs[-1])
    return costs


def _count(places: Places, file: Path, keep: KeepList, k: int) -> Path | None:
    """Count a file into the inbox; None where it is refused, and counted as it is."""
    try:
        return count_delivery(places.seeds, file, places.inbox, keep, min_cell=k).package
    except InputError as refusal:
        log.info("%s: %s", file.name, refusal)
        count_delivery(places.seeds, file, places.inbox, keep)
        return None


def compare(before: Places, after: Places) -> dict[str, tuple[int, int, float, float, float]]:
    """Compare the figures of two warehouses, one figure with itself; see `Cost.ratios`."""
    with duckdb.connect() as connection:
        for name, places in (("before", before), ("after", after)):
            connection.execute(f"attach {literal(str(places.warehouse))} as {name} (read_only)")
        rows = connection.execute(
            f"""
            with a as ({_figures("before")}), b as ({_figures("after")})
            select
                a.kind, count(*), count(b.se) filter (where b.se > 0),
                median(b.se / a.se), quantile_cont(b.se / a.se, 0.95),
                max(abs(b.estimate - a.estimate) / a.se)
            from a left join b using (kind, figure) where a.se > 0
            group by a.kind order by min(a.sort_order), a.kind
            """
        ).fetchall()
    return {kind: tuple(found) for kind, *found in rows}


def _figures(database: str) -> str:
    """Every figure, by what it is a figure of and by its kind of segment."""
    return f"""
        select
            segments.label_en as kind, segments.sort_order,
            (measures.question_code, measures.statistic, measures.option_code, points.survey_code,
                points.wave_code, points.scheme_code, points.segment_code, points.segment_value,
                points.second_segment_value)::varchar as figure,
            points.estimate, points.se
        from {database}.estimates.est_estimates as points
        inner join {database}.estimates.est_measures as measures using (measure_id, survey_code)
        inner join {database}.codebook.segments as segments using (segment_code, survey_code)
    """


def _profile_sizes(packages: list[Path]) -> list[int]:
    sizes: list[int] = []
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        for package in packages:
            with zipfile.ZipFile(package) as archive:
                archive.extract("respondents.parquet", folder)
            found = connection.execute(
                f"select sum(n_respondents)::int from read_parquet("
                f"{as_path(Path(folder) / 'respondents.parquet')}) "
                "where response_status = 'eligible' group by profile_key"
            ).fetchall()
            sizes += [n for (n,) in found]
    return sizes


def section(costs: list[Cost]) -> str:
    """The table, with what was measured."""
    header = ["", *(f"K = {cost.k}" if cost.k else "as counted" for cost in costs)]
    rows = [
        ["files refused: a place of fewer people", *(str(cost.n_refused) for cost in costs)],
        ["profiles in the other packages", *(f"{cost.profiles:,}" for cost in costs)],
        ["people in the smallest", *(f"{cost.smallest:,}" for cost in costs)],
    ]
    for kind in costs[0].ratios:
        row = [f"standard error, by {kind.lower()}"]
        row += [_shown(*cost.ratios[kind]) if cost.ratios else "" for cost in costs]
        rows.append(row)
    row = ["largest change of an estimate, in standard errors"]
    row += [
        f"{max(found[4] for found in cost.ratios.values()):.2f}" if cost.ratios else ""
        for cost in costs
    ]
    rows.append(row)
    row = ["a scheme that cannot be met: the night stops"]
    row += [f"`{cost.stopped_by}`" if cost.stopped_by else "none" for cost in costs]
    return table(header, [*rows, row])


def _shown(n: int, n_made: int, median: float, high: float, _: float) -> str:
    gone = f"; {1 - n_made / n:.1%} gone" if n_made < n else ""
    return f"{median:.3f} ({high:.3f}){gone}"


if __name__ == "__main__":
    main()
