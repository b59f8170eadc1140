"""Landing: every file in the inbox becomes rows in `raw`, one transaction per file."""

from peil.landing.run import Landed, land

__all__ = ["Landed", "land"]
