"""What the standard errors need from the raking: the inverse of X'DX over the levels."""

from collections.abc import Sequence

import numpy as np

from peil.raking.margins import Margin


def calibration_inverse(cell_weights: np.ndarray, margins: Sequence[Margin]) -> np.ndarray:
    """Pseudo-inverse G of X'DX, shape (K, K), K levels of all margins in order.

    X is the 0/1 matrix of cells by levels and D the base weights; the levels of several margins
    are collinear, hence the pseudo-inverse. B = G X'D e are the residual coefficients of R
    `survey::calibrate`.
    """
    d = np.asarray(cell_weights, dtype=float)
    columns = [
        (margin.codes[:, None] == np.arange(len(margin.levels))[None, :]) for margin in margins
    ]
    X = np.hstack(columns).astype(float)
    return np.linalg.pinv(X.T @ (d[:, None] * X), hermitian=True)
