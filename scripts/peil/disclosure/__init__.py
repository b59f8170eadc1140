"""What may not be seen, so that nobody can work it out from what may."""

from peil.disclosure.answers import withheld_answers
from peil.disclosure.counts import withheld_counts
from peil.disclosure.equations import recoverable
from peil.disclosure.over_time import waiting
from peil.disclosure.rules import Rules, rules_of
from peil.disclosure.suppression import protect

__all__ = [
    "Rules",
    "protect",
    "recoverable",
    "rules_of",
    "waiting",
    "withheld_answers",
    "withheld_counts",
]
