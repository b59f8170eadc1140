"""The inverse under every calibrated standard error, worked by hand."""

import numpy as np
import pytest
from peil.raking.margins import prepare_margins
from peil.raking.variance import calibration_inverse


def test_the_inverse_is_that_of_base_weights_and_not_of_cells():
    """Three cells: m of base weight 1 and 5, v of 2. X'DX = diag(6, 2), not diag(2, 1)."""
    d = np.array([1.0, 5.0, 2.0])
    sex = {"sex": np.array(["m", "m", "v"], dtype=object)}
    margins = prepare_margins(sex, d, np.ones(3), {"sex": {"m": 60, "v": 40}})
    assert calibration_inverse(d, margins) == pytest.approx(np.diag([1 / 6, 1 / 2]))


def test_collinear_margins_have_a_pseudo_inverse_that_solves_what_can_be_solved():
    """Two margins of one sample both sum to everybody: G is one of many, but A G A = A."""
    d = np.array([1.0, 5.0, 2.0, 4.0])
    cells = {
        "sex": np.array(list("mmvv"), dtype=object),
        "age": np.array(list("jojo"), dtype=object),
    }
    targets = {"sex": {"m": 50, "v": 50}, "age": {"j": 40, "o": 60}}
    G = calibration_inverse(d, prepare_margins(cells, d, np.ones(4), targets))
    X = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]], dtype=float)
    A = X.T @ np.diag(d) @ X
    np.testing.assert_allclose(A @ G @ A, A, atol=1e-12)
