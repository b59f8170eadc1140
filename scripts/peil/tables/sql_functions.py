"""Distribution functions from SciPy as SQL functions, for the estimates models.

The functions exist while models are built; what they compute is stored in tables, so no reader of
the warehouse needs them.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection
from duckdb.func import PythonUDFType
from duckdb.sqltypes import DOUBLE, VARCHAR
from scipy.special import betaincinv, ndtri, stdtr, stdtrit

from peil.built import build_facts, macros_digest
from peil.migrations import refuse_newer

SMALLEST = np.finfo(float).tiny


def t_quantile(p: pa.ChunkedArray, df: pa.ChunkedArray) -> pa.Array:
    """Quantile of Student's t with `df` degrees of freedom."""
    return pa.array(stdtrit(df.to_numpy(), p.to_numpy()))


def t_two_sided_p(t: pa.ChunkedArray, df: pa.ChunkedArray) -> pa.Array:
    """P(|T| > |t|) for Student's t with `df` degrees of freedom; never 0, however large t is."""
    return pa.array(np.maximum(2 * stdtr(df.to_numpy(), -abs(t.to_numpy())), SMALLEST))


def beta_quantile(p: pa.ChunkedArray, a: pa.ChunkedArray, b: pa.ChunkedArray) -> pa.Array:
    """Quantile of the beta distribution with shapes `a` and `b`, both above 0."""
    return pa.array(betaincinv(a.to_numpy(), b.to_numpy(), p.to_numpy()))


def normal_quantile(p: pa.ChunkedArray) -> pa.Array:
    """Quantile of the standard normal distribution."""
    return pa.array(ndtri(p.to_numpy()))


def add_functions(connection: DuckDBPyConnection) -> None:
    """Register the functions on a connection that builds models."""
    refuse_newer(connection)
    functions: tuple[tuple[str, Callable[..., pa.Array], int], ...] = (
        ("t_quantile", t_quantile, 2),
        ("t_two_sided_p", t_two_sided_p, 2),
        ("beta_quantile", beta_quantile, 3),
        ("normal_quantile", normal_quantile, 1),
    )
    for name, function, n_arguments in functions:
        connection.create_function(
            name, function, [DOUBLE] * n_arguments, DOUBLE, type=PythonUDFType.ARROW
        )
    # What the hooks in macros/built.sql write down of the seeds and the code.
    connection.create_function("build_facts", build_facts, [VARCHAR, VARCHAR], VARCHAR)
    # What macros/deliveries.sql asks.
    connection.create_function("macros_digest", macros_digest, [], VARCHAR)
