"""Peil: raw survey answers become weighted, tested, published figures."""

import os

# Matrix products split over threads add in another order: with one, figures repeat to the last
# digit on a machine with other cores. The matrices are small, so nothing is lost.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
