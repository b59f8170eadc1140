"""The gate: is this delivery what was agreed? Judged before it lands, by Great Expectations."""

from scripts.gate.gate import Gate
from scripts.gate.refusal import set_aside

__all__ = ["Gate", "set_aside"]
