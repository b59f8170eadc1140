"""Scales of a draft: grades, numbers, and labelled answers in an order with a good end."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from peil.drafting.cues import missing_reason, polarity

GRADE, LIKERT, YEARS = "grade_1_10", "likert_1_5", "years"
# So many points may a scale of labelled answers have.
_FEWEST_POINTS, _MOST_POINTS = 3, 11


@dataclass
class Scale:
    """A scale that only this survey has, with its statistics."""

    code: str
    kind: str
    low: float
    high: float
    label: str
    statistics: list[dict[str, object]] = field(default_factory=list)
    headline: str = ""

    def row(self) -> dict[str, object]:
        return {
            "scale_code": self.code, "kind": self.kind, "value_from": _plain(self.low),
            "value_to": _plain(self.high),
            "is_categorical": "true" if self.kind == "single" else "false",
            "label_nl": self.label, "label_en": self.label,
        }  # fmt: skip

    def statistic_rows(self) -> list[dict[str, object]]:
        return [
            {"scale_code": self.code, "sort_order": number, **statistic}
            for number, statistic in enumerate(self.statistics, start=1)
        ]


def number_scale(low: float, high: float, *, promoters: bool = False) -> Scale:
    """Numbers in a range: their mean, and of 0-10 recommendations the promoters minus the rest.

    The scale of recommendations comes with Peil: what stands of it in its seeds goes before.
    """
    code = f"number_{_plain(low)}_{_plain(high)}".replace("-", "m").replace(".", "p")
    statistics: list[dict[str, object]] = [_statistic("mean", "mean", "Gemiddelde", "Mean")]
    if promoters and (low, high) == (0, 10):
        code = "recommend_0_10"
        statistics.insert(0, {
            **_statistic("nps", "net", "Promotors min criticasters", "Promoters minus detractors"),
            "value_from": 9, "value_to": 10, "minus_from": 0, "minus_to": 6,
            "direction": "higher_is_better",
        })  # fmt: skip
    label = f"{_plain(low)} - {_plain(high)}"
    return Scale(code, "number", low, high, label, statistics, str(statistics[0]["statistic"]))


def labelled_scale(name: str, options: dict[str, str]) -> Scale | None:
    """The scale of labels that run from one end to the other; None where they do not.

    Args:
        name: what the answer list is called.
        options: label per code; codes are whole numbers in the order of the scale.
    """
    numbers = [_whole(code) for code in options]
    if not _FEWEST_POINTS <= len(options) <= _MOST_POINTS or None in numbers:
        return None
    pairs = sorted(zip((n for n in numbers if n is not None), options.values(), strict=True))
    labels = [label for _, label in pairs]
    signs = [polarity(label) for label in labels]
    first, last = signs[0], signs[-1]
    if not first or first != -last:
        return None
    # Each sign stands on its own side, or the labels are in no order.
    if any(a == last and b == first for a, b in pairwise(signs)):
        return None
    is_rising = last > 0
    good = _end(pairs if not is_rising else pairs[::-1], 1)
    bad = _end(pairs if is_rising else pairs[::-1], -1)
    if not good or not bad:
        return None
    low, high = pairs[0][0], pairs[-1][0]
    top, bottom = [n for n, _ in good], [n for n, _ in bad]
    statistics = [
        {**_statistic("share_positive", "range", _joined(good), _joined(good)),
         "value_from": min(top), "value_to": max(top), "direction": "higher_is_better"},
        {**_statistic("share_negative", "range", _joined(bad), _joined(bad)),
         "value_from": min(bottom), "value_to": max(bottom), "direction": "lower_is_better"},
        {**_statistic("mean", "mean", f"Gemiddelde ({low} = {labels[0]})",
                      f"Mean ({low} = {labels[0]})"),
         "direction": "higher_is_better" if is_rising else "lower_is_better"},
        _statistic("share", "option", "Aandeel", "Share"),
    ]  # fmt: skip
    label = f"{labels[0]} - {labels[-1]}"
    return Scale(f"scale_{name}"[:60], "single", low, high, label, statistics, "share_positive")


def _end(pairs: list[tuple[int, str]], sign: int) -> list[tuple[int, str]]:
    """The labels of one end, at most two: of five points the outer two."""
    most = 1 if len(pairs) < 4 else 2
    found = []
    for number, label in pairs[:most]:
        if polarity(label) != sign:
            break
        found.append((number, label))
    return found


def _joined(pairs: list[tuple[int, str]]) -> str:
    text = " / ".join(label for _, label in sorted(pairs))
    return text if len(text) <= 60 else text[:59].rstrip() + "…"


def is_likert(options: dict[str, str]) -> bool:
    """Whether labels are those of a statement, 1 = fully agree to 5 = fully disagree."""
    by_number = {_whole(code): label for code, label in options.items()}
    return (
        set(by_number) == {1, 2, 3, 4, 5}
        and _agrees(by_number[1]) and polarity(by_number[1]) == 1
        and _agrees(by_number[5]) and polarity(by_number[5]) == -1
    )  # fmt: skip


def _agrees(label: str) -> bool:
    return re.search(r"\b(eens|oneens|agree|disagree)\b", label, re.IGNORECASE) is not None


def ordered_by_label(labels: list[str]) -> dict[str, str] | None:
    """Numbers for the answers of a statement that a file gives as labels; None where unknown.

    Only scales whose every label says its place: strength and side.
    """
    places: dict[int, str] = {}
    for label in labels:
        if missing_reason(label):
            continue
        place = _place(label)
        if place is None or place in places:
            return None
        places[place] = label
    if len(places) < _FEWEST_POINTS or not {-2, 2} <= set(places):
        return None
    ordered = [places[place] for place in sorted(places, reverse=True)]
    return {str(number): label for number, label in enumerate(ordered, start=1)}


_STRONG = re.compile(
    r"^(helemaal|zeer|volledig|heel|geheel|erg|sterk|fully|strongly|completely|totally|very|"
    r"extremely|altijd|always|nooit|never|uitstekend|excellent|terrible)\b(?! niet eens)",
    re.IGNORECASE,
)
_MIDDLE = re.compile(
    r"^(neutra+l|niet .*,? (maar )?(ook )?niet .*|neither .* nor .*|neither|noch .*|"
    r"(niet )?eens,? (niet|noch) oneens|soms|sometimes|gemiddeld|average|voldoende noch.*|"
    r"no opinion either way)$",
    re.IGNORECASE,
)


def _place(label: str) -> int | None:
    text = label.strip()
    if _MIDDLE.match(text):
        return 0
    sign = polarity(text)
    return sign * (2 if _STRONG.match(text) else 1) if sign else None


def _statistic(code: str, kind: str, label_nl: str, label_en: str) -> dict[str, object]:
    return {"statistic": code, "kind": kind, "label_nl": label_nl, "label_en": label_en}


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _whole(text: str) -> int | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return int(number) if number == int(number) else None
