"""The distribution functions that SQL calls, against R 4.3."""

import pyarrow as pa
import pytest
from peil.tables.sql_functions import beta_quantile, normal_quantile, t_quantile, t_two_sided_p


def column(*values: float) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.float64())])


def test_quantiles_and_probabilities_equal_r():
    """R: qt(0.975, 10); 2 * pt(-2, 10); qbeta(0.025, 90, 11); qnorm(0.975)."""
    assert t_quantile(column(0.975), column(10)).to_pylist() == pytest.approx([2.2281388519649385])
    assert t_two_sided_p(column(-2, 2), column(10, 10)).to_pylist() == pytest.approx(
        [0.07338803477074037] * 2
    )
    assert beta_quantile(column(0.025), column(90), column(11)).to_pylist() == pytest.approx(
        [0.8237774022607]
    )
    assert normal_quantile(column(0.975)).to_pylist() == pytest.approx([1.959963984540054])


def test_a_p_value_is_never_0():
    assert t_two_sided_p(column(1e6), column(1e6)).to_pylist()[0] > 0
