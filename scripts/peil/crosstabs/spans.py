"""What follows from sums that are known: the span of them."""

import numpy as np
from scipy import linalg, sparse

NEAR = 1e-9  # of a sum of squares: what is left of a vector that lies in a span


class Span:
    """Everything that sums of known sums give; vectors of shape (A, m)."""

    def __init__(self, vectors: np.ndarray) -> None:
        q, self.r, self.order = linalg.qr(vectors, mode="economic", pivoting=True)
        sizes = np.abs(np.diag(self.r))
        self.rank = int((sizes > NEAR * sizes.max(initial=0.0)).sum())
        self.basis = q[:, : self.rank]

    def holds(self, targets: sparse.csr_array) -> np.ndarray:
        """Which rows of `targets` lie in it."""
        size = np.asarray(targets.multiply(targets).sum(axis=1)).ravel()
        kept = np.square(targets @ self.basis).sum(axis=1)
        return (size > 0) & (size - kept <= NEAR * size)

    def parts(self, target: np.ndarray) -> np.ndarray:
        """The vectors that together make a target that lies in it."""
        x = linalg.solve_triangular(
            self.r[: self.rank, : self.rank], self.basis.T @ target, lower=False
        )
        return self.order[: self.rank][np.abs(x) > 1e-6]
