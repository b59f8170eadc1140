"""Axes of charts: one fixed scale per unit."""

import math
from typing import NamedTuple


class Scale(NamedTuple):
    """An axis. Every chart of a unit has the same one, on every page."""

    unit: str
    low: float
    high: float
    step: float

    def at(self, value: float) -> str:
        """Where a value stands, as an SVG percentage."""
        inside = min(max(value, self.low), self.high)
        return f"{100 * (inside - self.low) / (self.high - self.low):.4g}%"

    def span(self, low: float, high: float) -> str:
        """How wide the bar between two values is."""
        ends = [min(max(value, self.low), self.high) for value in (low, high)]
        return f"{100 * (ends[1] - ends[0]) / (self.high - self.low):.4g}%"

    @property
    def steps(self) -> int:
        return round((self.high - self.low) / self.step)

    @property
    def ticks(self) -> list[float]:
        return [self.low + self.step * i for i in range(self.steps + 1)]


def axis(unit: str, values: list[float]) -> Scale:
    low, high = math.floor(min(values)), math.ceil(max(values))
    high = max(high, low + 1)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 10**6) if (high - low) / s <= 10)
    high = low + step * math.ceil((high - low) / step)
    return Scale(unit, low, high, step)
