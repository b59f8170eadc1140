"""What may not be seen, so that nobody can work it out from what may."""

from scripts.disclosure.counts import withheld_counts
from scripts.disclosure.equations import recoverable
from scripts.disclosure.rules import Rules, rules_of
from scripts.disclosure.suppression import protect

__all__ = ["Rules", "protect", "recoverable", "rules_of", "withheld_counts"]
