"""Answers handed out so that the weighted figures come out as the 2024 study reported them.

The targets stand here and nowhere else: models never read them, tests compare with them.
Within each group of municipalities respondents are ordered by a latent opinion, and answers are
dealt along that order by cumulative weight. The opinion leans on age, so the unweighted figures
of these older respondents differ.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from peil.demo.dealing import Dealer

CHANNELS = ("telephone", "email", "letter", "digital", "desk")
STEP_CHANNELS = ("digital", "telephone", "letter", "email", "desk")

# Share of participants and of non-participants.
USED = {
    "digital": (0.69, 0.57),
    "telephone": (0.43, 0.51),
    "email": (0.34, 0.31),
    "desk": (0.25, 0.29),
    "letter": (0.14, 0.17),
}
OVERALL = (6.6, 6.4)
# Promoters (9 or 10) minus detractors (6 or lower); the study did not ask it.
RECOMMENDS = (-0.12, -0.22)
# Mean grade over both groups, and how much participants are above it.
CONTACT = {
    "digital": (7.1, 0.06),
    "desk": (7.3, 0.0),
    "telephone": (6.5, 0.03),
    "email": (6.0, 0.04),
    "letter": (5.8, 0.0),
}
# Share insufficient over both groups, and how much participants are below it.
HANDLING = {
    "telephone": (0.375, 0.02),
    "email": (0.44, 0.02),
    "letter": (0.485, 0.01),
    "digital": (0.28, 0.03),
    "desk": (0.22, 0.0),
}
STATUS = {
    "desk": (0.18, 0.0),
    "digital": (0.25, 0.03),
    "telephone": (0.36, 0.02),
    "email": (0.41, 0.02),
    "letter": (0.46, 0.01),
}
ACCESSIBILITY_INSUFFICIENT = (0.18, 0.02)
LIKERT = {
    "findable": (0.14, 0.42, 0.24, 0.14, 0.06),
    "understandable": (0.19, 0.47, 0.20, 0.10, 0.04),
    "mobile": (0.17, 0.45, 0.25, 0.09, 0.04),
}
SUBMIT = {"digital": 0.61, "telephone": 0.14, "desk": 0.13, "email": 0.09, "letter": 0.03}
UPDATES = {
    "email": 0.52,
    "account": 0.24,
    "text_message": 0.12,
    "letter": 0.07,
    "telephone": 0.05,
}
WISHES = {
    "request_status": 0.71,
    "appointments": 0.64,
    "own_data": 0.56,
    "documents": 0.53,
    "taxes": 0.43,
    "reports": 0.38,
}
REASONS = {
    "passport": 0.41,
    "waste": 0.33,
    "public_space": 0.29,
    "moving": 0.14,
    "taxes": 0.18,
    "permit": 0.11,
    "care": 0.12,
}
MEANS = {"account": 0.34, "email_updates": 0.41, "calling": 0.36, "visiting": 0.11}


# How much one opinion about a channel, and about the website, stands behind all answers on it, and
# what of them moves the grade for the services as a whole: the demo has something to improve.
OF_A_CHANNEL = 0.5
OF_THE_WEBSITE = 1.0
ASPECTS = ("contact", "handling", "status")
MATTERS = {
    "telephone": (0.2, 0.6, 0.3),
    "email": (0.1, 0.4, 0.5),
    "letter": (0.2, 0.4, 0.3),
    "digital": (0.2, 0.35, 0.55),
    "desk": (0.5, 0.4, 0.1),
}
MATTERS_ONLINE = {"grade": 0.4, "findable": 0.2, "understandable": 0.05, "mobile": 0.0}

# However good a service is, some people are not satisfied.
LEAST = 0.05


@dataclass(frozen=True)
class Better:
    """How much better than the study: grade points, shares insufficient, and those on status."""

    grade: float = 0.0
    insufficient: float = 0.0
    status: float = 0.0


SAME = Better()


def make_answers(
    people: pd.DataFrame, weights: np.ndarray, rng: np.random.Generator, better: Better = SAME
) -> dict[str, np.ndarray]:
    """One column per question, or per question and option for several answers (0/1)."""
    deal = Dealer(people, weights, rng)
    everyone = np.ones(len(people), dtype=bool)
    answers: dict[str, np.ndarray] = {}
    used = _channels_used(deal, everyone)
    for channel in CHANNELS:
        answers[f"channels_used[{channel}]"] = used[channel]
    whole = _experienced(deal, answers, used, better) + _online(deal, answers, everyone)
    here, there = OVERALL
    answers["overall_grade"] = deal.grades(
        (here + better.grade, there + better.grade), everyone, deal.opinion(0.35) + whole, by="mean"
    )
    # Lots of their own: a question that is added moves no answer to the others.
    apart = Dealer(people, weights, rng.spawn(1)[0])
    here, there = (net + better.insufficient for net in RECOMMENDS)
    answers["recommendation"] = apart.recommendations(
        (here, there), everyone, apart.opinion(0.2) + whole
    )
    for question, channels in (("submit", SUBMIT), ("update", UPDATES)):
        dealt = deal.deal(deal.opinion(0.5), everyone, np.array(list(channels.values())))
        answers[f"preferred_{question}_channel"] = np.array(list(channels))[dealt]
    _several(deal, answers, "digital_wishes", WISHES, "nothing", -0.4)
    _several(deal, answers, "contact_reasons", REASONS, "other", 0.1)
    _several(deal, answers, "status_means", MEANS, "not_possible", 0.0)
    return answers


def _experienced(
    deal: Dealer, answers: dict, used: dict[str, np.ndarray], better: Better
) -> np.ndarray:
    """Grades of the channels; returns what they do to the opinion about the whole."""
    whole = np.zeros(len(deal.people))
    n_used = np.sum([used[channel] for channel in CHANNELS], axis=0)
    for channel in CHANNELS:
        base = used[channel]
        of_channel = OF_A_CHANNEL * deal.rng.normal(size=len(base))
        mean, edge = CONTACT[channel]
        targets = {"contact": deal.split(mean + better.grade, edge, base)}
        for name, table in (("handling", HANDLING), ("status", STATUS)):
            share, edge = table[channel]
            gain = better.insufficient + (better.status if name == "status" else 0)
            targets[name] = deal.split(max(share - gain, LEAST), -edge, base)
        for name, weight in zip(ASPECTS, MATTERS[channel], strict=True):
            opinion = deal.opinion(0.35) + of_channel
            whole += np.where(base, weight * opinion / np.sqrt(n_used), 0)
            answers[f"{name}_grade_{channel}"] = deal.grades(
                targets[name], base, opinion, by="mean" if name == "contact" else "insufficient"
            )
    return whole


def _online(deal: Dealer, answers: dict, everyone: np.ndarray) -> np.ndarray:
    """Accessibility of the website; returns what it does to the opinion about the whole."""
    share, edge = ACCESSIBILITY_INSUFFICIENT
    of_website = OF_THE_WEBSITE * deal.rng.normal(size=len(everyone))
    opinion = deal.opinion(0.35) + of_website
    whole = MATTERS_ONLINE["grade"] * opinion
    answers["accessibility_grade"] = deal.grades(
        deal.split(share, -edge, everyone), everyone, opinion, by="insufficient"
    )
    for item, shares in LIKERT.items():
        replies, unsure = deal.answering(everyone)
        opinion = deal.opinion(0.25) + of_website
        whole += MATTERS_ONLINE[item] * opinion
        # 1 is fully agree: the highest opinion gives the lowest answer.
        dealt = deal.deal(-opinion, replies, np.array(shares))
        answers[f"accessibility_{item}"] = np.where(
            unsure, 6, np.where(dealt >= 0, dealt + 1.0, np.nan)
        )
    return whole


def _channels_used(deal: Dealer, everyone: np.ndarray) -> dict[str, np.ndarray]:
    """Channels used; the last one dealt reaches everybody who would otherwise have none."""
    used: dict[str, np.ndarray] = {}
    so_far = np.zeros(len(everyone), dtype=bool)
    lean = {"digital": -0.7, "telephone": 0.5, "letter": 0.5, "email": -0.1, "desk": 0.3}
    for channel in STEP_CHANNELS:
        urgency = 100.0 if channel == STEP_CHANNELS[-1] else 0.8
        opinion = deal.opinion(lean[channel], 0) + urgency * ~so_far
        used[channel] = deal.share(opinion, everyone, USED[channel])
        so_far |= used[channel]
    return used


def _several(
    deal: Dealer,
    answers: dict,
    question: str,
    table: dict[str, float],
    last_option: str,
    lean: float,
) -> None:
    everyone = np.ones(len(deal.people), dtype=bool)
    none = everyone.copy()
    for option, share in table.items():
        chosen = deal.share(deal.opinion(lean), everyone, (share, share))
        answers[f"{question}[{option}]"] = chosen
        none &= ~chosen
    answers[f"{question}[{last_option}]"] = none
