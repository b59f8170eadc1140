"""Documents of a release, made from the published file and nothing else."""

from peil.report.write import (
    FORMATS,
    USUAL,
    write_documents,
    write_slides,
    write_summary,
    write_tables,
)

__all__ = [
    "FORMATS", "USUAL", "write_documents", "write_slides", "write_summary", "write_tables",
]  # fmt: skip
