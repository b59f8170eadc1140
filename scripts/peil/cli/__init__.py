"""Arguments and exit codes; what a verb does stands in its room."""

from peil.cli.main import main

__all__ = ["main"]
