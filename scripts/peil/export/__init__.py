"""Files to take home: a workbook, CSV and Parquet per mart, and on request the research file."""

from peil.export.run import export

__all__ = ["export"]
