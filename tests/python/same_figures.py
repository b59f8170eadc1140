"""Whether two warehouses hold the same figures: n and texts exactly, the rest within 1e-12."""

import math
from pathlib import Path

import duckdb

CLOSE = 1e-12
# Working tables behind the marts, where nothing is rounded or withheld.
UNROUNDED = (
    "estimates.est_points", "estimates.est_estimates", "estimates.est_comparisons",
    "estimates.est_comparison_tests", "estimates.est_quantiles", "estimates.est_residents",
    "estimates.est_kpis", "estimates.est_driver_importance", "estimates.est_response_counts",
    "estimates.est_item_counts", "estimates.est_response_cells", "estimates.est_cell_counts",
    "estimates.est_item_covariances", "estimates.est_reliability",
    "weighted.wgt_raking_factors", "weighted.wgt_weighting_diagnostics",
    "weighted.wgt_weighting_levels",
)  # fmt: skip


def differences(one: Path, other: Path) -> list[str]:
    """What differs, per table and column; empty where the figures are the same."""
    with (
        duckdb.connect(str(one), read_only=True) as a,
        duckdb.connect(str(other), read_only=True) as b,
    ):
        marts = [
            f"marts.{name}"
            for (name,) in a.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
            ).fetchall()
        ]
        return [text for table in (*marts, *UNROUNDED) for text in _of_table(a, b, table)]


def _of_table(a: duckdb.DuckDBPyConnection, b: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    described = a.execute(f"describe {table}").fetchall()
    loose = [name for name, kind, *_ in described if kind in {"DOUBLE", "FLOAT"}]
    exact = [name for name, *_ in described if name not in loose]
    names = exact + loose
    listed = ", ".join(f'"{name}"' for name in names)
    # What is nearly equal stands in the same order by what is exactly equal.
    order = ", ".join([f'"{n}"' for n in exact] + [f'round("{n}", 6)' for n in loose])
    query = f"select {listed} from {table} order by {order}"
    rows = [connection.execute(query).fetchall() for connection in (a, b)]
    if len(rows[0]) != len(rows[1]):
        return [f"{table}: {len(rows[0])} rows and {len(rows[1])}"]
    return [
        f"{table}.{name}: {x!r} and {y!r}"
        for row_a, row_b in zip(*rows, strict=True)
        for name, x, y in zip(names, row_a, row_b, strict=True)
        if not _same(x, y, is_loose=name in loose)
    ]


def _same(x: object, y: object, *, is_loose: bool) -> bool:
    if is_loose and isinstance(x, float) and isinstance(y, float):
        if math.isnan(x) and math.isnan(y):
            return True
        return math.isclose(x, y, rel_tol=CLOSE, abs_tol=CLOSE)
    return x == y
