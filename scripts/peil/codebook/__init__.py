"""The seeds as Python needs them: which file is which source, drafts for a new one, a check."""

from peil.codebook.sources import (
    Binding,
    Source,
    municipalities_of,
    read_rows,
    read_sources,
    source_of,
)

__all__ = [
    "Binding", "Source", "municipalities_of", "read_rows", "read_sources", "source_of"
]  # fmt: skip
