"""Count packages: what is counted of a delivery elsewhere, and how it comes into the warehouse."""

from peil.counting.manifest import ENDING, is_package
from peil.counting.stale import refuse_stale
from peil.counting.take import take

__all__ = ["ENDING", "is_package", "refuse_stale", "take"]
