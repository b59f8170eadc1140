"""The written summary: the study's text, made from the published marts and nothing else."""

from peil.report.write import write_summary

__all__ = ["write_summary"]
