"""The gate: is this delivery what was agreed? Judged before it lands, by Great Expectations."""

from peil.gate.gate import Gate
from peil.gate.refusal import set_aside

__all__ = ["Gate", "set_aside"]
