"""What may not be seen, so that nobody can work it out from what may."""

from scripts.disclosure.suppression import Rules, protect, recoverable, rules_of

__all__ = ["Rules", "protect", "recoverable", "rules_of"]
