"""Peil: raw survey answers become weighted, tested, published figures.

What other programs may use, and what stays the same from version to version:

    peil.rake(frame, margins)   weights for a data frame, without a survey or a warehouse
    peil.open_published(path)   the published figures, read-only
    peil.crosstab(question, by) any question by any groups, from the warehouse
    peil.Crosstabs(warehouse)   several of them for the same readers, protected together
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.2.0"
__all__ = ["Crosstabs", "__version__", "crosstab", "open_published", "rake"]

if TYPE_CHECKING:
    from peil.crosstabs.run import Crosstabs, crosstab
    from peil.published import open_published
    from peil.tables.rake_frame import rake

# Matrix products split over threads add in another order: with one, figures repeat to the last
# digit on a machine with other cores. The matrices are small, so nothing is lost.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# The room of crosstabs has another name than the function: as a submodule it would take its place.
_HOMES = {
    "Crosstabs": "peil.crosstabs.run",
    "crosstab": "peil.crosstabs.run",
    "open_published": "peil.published",
    "rake": "peil.tables.rake_frame",
}


def __getattr__(name: str) -> object:
    """NumPy and DuckDB are imported by who asks for them: `peil --help` waits for nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'peil' has no attribute '{name}'")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found
