"""Files to take home: a workbook, CSV and Parquet per mart, and on request the research file."""

from scripts.export.run import export

__all__ = ["export"]
