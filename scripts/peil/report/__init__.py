"""Documents and slides of a release, made from the published file and nothing else."""

from peil.report.write import FORMATS, USUAL, write_documents, write_slides, write_summary

__all__ = ["FORMATS", "USUAL", "write_documents", "write_slides", "write_summary"]
