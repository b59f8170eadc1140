"""dbt without what it imports and never asks: half of the time that its import takes."""

import sys

# A grammar of internationalised addresses, for a format that JSON Schema does without where it is
# not there.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from dbt.artifacts.schemas.run import RunExecutionResult  # noqa: E402 (after the line above)
from dbt.cli.main import dbtRunner  # noqa: E402

__all__ = ["RunExecutionResult", "dbtRunner"]
