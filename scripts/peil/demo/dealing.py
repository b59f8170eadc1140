"""Answers dealt along a latent opinion, by cumulative weight, so that targets are met."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

GRADES = np.arange(1, 11)
DONT_KNOW = 11
# A source effect on purpose, which nobody measured: people who came through the channels of their
# own municipality are happier, by this part of the noise in an opinion. Weighting by gender and age
# does not mend it; the totals stay those of the study.
HAPPIER_SOURCE, HAPPIER = "gemeentekanalen", 0.45
# So is who learned longer, of whom too many take part: what a scheme with education mends.
BY_EDUCATION = {"edu_low": -0.9, "edu_middle": 0.0, "edu_high": 0.6}


@dataclass
class Dealer:
    """Deals answers to respondents along their latent opinions, by cumulative weight."""

    people: pd.DataFrame
    weights: np.ndarray
    rng: np.random.Generator
    mood: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.age = (self.people["age"].to_numpy() - 50) / 18
        self.mood = self.rng.normal(size=len(self.people))
        self.part = self.people["participation"].to_numpy(dtype=bool)
        by_source = HAPPIER * (self.people["source"] == HAPPIER_SOURCE).to_numpy()
        self.lift = by_source + self.people["education"].map(BY_EDUCATION).fillna(0.0).to_numpy()

    def opinion(self, age_effect: float, mood: float = 0.5) -> np.ndarray:
        noise = self.rng.normal(size=len(self.people))
        return age_effect * self.age + mood * self.mood + noise

    def share(
        self, opinion: np.ndarray, base: np.ndarray, targets: tuple[float, float]
    ) -> np.ndarray:
        """Chosen by the highest opinions, up to the target share of each group's weight."""
        chosen = np.zeros(len(opinion), dtype=bool)
        for group, target in zip((self.part, ~self.part), targets, strict=True):
            rows = np.flatnonzero(group & base)
            rows = rows[np.argsort(-opinion[rows])]
            running = np.cumsum(self.weights[rows]) - self.weights[rows] / 2
            chosen[rows[running < target * self.weights[rows].sum()]] = True
        return chosen

    def deal(self, opinion: np.ndarray, base: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """Index of the answer per respondent, lowest opinions first; -1 outside the base."""
        dealt = np.full(len(opinion), -1)
        rows = np.flatnonzero(base)
        rows = rows[np.argsort(opinion[rows])]
        running = np.cumsum(self.weights[rows]) - self.weights[rows] / 2
        edges = np.cumsum(shares) / np.sum(shares) * self.weights[rows].sum()
        dealt[rows] = np.minimum(np.searchsorted(edges, running), len(shares) - 1)
        return dealt

    def answering(self, base: np.ndarray, dont_know: float = 0.03) -> tuple:
        """Who answers, who does not know and who skips."""
        lot = self.rng.random(len(base))
        return base & (lot > dont_know + 0.015), base & (lot < dont_know)

    def grades(
        self, targets: tuple[float, float], base: np.ndarray, opinion: np.ndarray, *, by: str
    ) -> np.ndarray:
        """Grades 1-10 per group with a target mean or share insufficient; 11 = don't know."""
        answers, unsure = self.answering(base)
        opinion = opinion + self.lift
        grade = np.full(len(base), np.nan)
        for group, target in zip((self.part, ~self.part), targets, strict=True):
            dealt = self.deal(opinion, answers & group, grade_shares(target, by))
            grade[dealt >= 0] = GRADES[dealt[dealt >= 0]]
        grade[unsure] = DONT_KNOW
        return grade

    def recommendations(
        self, targets: tuple[float, float], base: np.ndarray, opinion: np.ndarray
    ) -> np.ndarray:
        """Answers 0-10 per group with a target net score; 11 = don't know."""
        answers, unsure = self.answering(base)
        opinion = opinion + self.lift
        found = np.full(len(base), np.nan)
        for group, target in zip((self.part, ~self.part), targets, strict=True):
            dealt = self.deal(opinion, answers & group, net_shares(target))
            found = np.where(dealt >= 0, dealt, found)
        found[unsure] = DONT_KNOW
        return found

    def split(self, overall: float, edge: float, base: np.ndarray) -> tuple[float, float]:
        """Targets per group: participants `edge` above the overall target, the rest below."""
        share = self.weights[base & self.part].sum() / self.weights[base].sum()
        return overall + edge, overall - edge * share / (1 - share)


def grade_shares(target: float, by: str) -> np.ndarray:
    """Shares of the grades 1-10 with a given mean, or a given share of 5 and lower."""
    spread = {"mean": 1.55, "insufficient": 1.9}[by]

    def figure(p: np.ndarray) -> float:
        return float(p @ GRADES if by == "mean" else p[:5].sum())

    return _shares(GRADES, spread, figure, target)


def net_shares(net: float) -> np.ndarray:
    """Shares of the answers 0-10 with a given share of 9 and 10 minus that of 6 and lower."""
    return _shares(np.arange(11), 1.9, lambda p: float(p[9:].sum() - p[:7].sum()), net)


def _shares(
    values: np.ndarray, spread: float, figure: Callable[[np.ndarray], float], target: float
) -> np.ndarray:
    """Shares of whole numbers, normal around the centre that gives the target."""

    def around(centre: float) -> np.ndarray:
        edges = norm.cdf((values[1:] - 0.5 - centre) / spread)
        return np.diff(np.concatenate([[0], edges, [1]]))

    return around(brentq(lambda centre: figure(around(centre)) - target, -4, 14))
