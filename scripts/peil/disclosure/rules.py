"""What may be seen, and how what is seen is rounded, as the seeds declare it."""

from dataclasses import dataclass

import pandas as pd

from peil.errors import InputError

PRIMARY = "small_cell"  # the reason of what tells of a few people
COMPLEMENTARY = "complementary"  # the reason of what would tell another withheld figure
SHARES = ("range", "option")
# A withheld count with room for fewer people than this is as good as known: the middle of its
# range is within one person of it.
LEAST_ROOM = 3
# A rest of people that rounding blurs by less than this part of the scale can be read.
BLUR = 0.2

# What the kinds of statistics are called among the quantities that are rounded.
QUANTITIES = {"range": "share", "option": "share", "net": "net", "mean": "mean"}


@dataclass(frozen=True)
class Rules:
    """What may be seen, and how what is seen is rounded.

    Attributes:
        min_cell_n: at least this many people stand between a withheld figure and a reader who
            subtracts everything published.
        half_digits: half of the last published digit per kind of statistic: range, option, net and
            mean, and the same with `_small_base`.
        small_base_n: below this base the digits of a small base count.
        min_new_respondents: people by whom two figures that are both shown may differ at least.
    """

    min_cell_n: float
    half_digits: dict[str, float]
    small_base_n: float
    min_new_respondents: float = 0

    def half_digit(self, kind: str, n: float) -> float:
        return self.half_digits[f"{kind}_small_base" if n < self.small_base_n else kind]

    def blur(self, kind: str, n: float) -> float:
        """By how much the sum behind a published figure is unknown; a whole number is not."""
        half = n * self.half_digit(kind, n)
        return half if half >= 0.5 else 0.0

    def is_blurred(self, blur: float, people: float, span: float = 1) -> bool:
        """Whether sums that are unknown by `blur` either way tell nothing of so many people.

        Args:
            blur: of all published figures that are added up.
            people: whose answers are left.
            span: highest minus lowest number of the scale, 1 for shares.
        """
        return 2 * blur >= max(self.min_cell_n, BLUR * span * people)


def rules_of(thresholds: pd.Series, rounding: pd.DataFrame) -> Rules:
    """The rules as the seeds give them.

    Args:
        thresholds: min_cell_n, small_base_n and min_new_respondents by their code.
        rounding: quantity, method and digits; figures are rounded to decimals.

    Raises:
        InputError: a figure is rounded to significant digits, or a quantity is missing.
    """
    declared = rounding.set_index("quantity")
    half_digits = {}
    for kind, quantity in QUANTITIES.items():
        for suffix in ("", "_small_base"):
            name = f"{quantity}{suffix}"
            if name not in declared.index or declared.loc[name, "method"] != "decimals":
                raise InputError(
                    f"publication_rounding.csv: '{name}' needs a row with method decimals: what a "
                    "reader can work out from rounded figures is decided on it."
                )
            half_digits[f"{kind}{suffix}"] = 0.5 * 10.0 ** -int(declared.loc[name, "digits"])
    return Rules(
        float(thresholds["min_cell_n"]), half_digits, float(thresholds["small_base_n"]),
        float(thresholds["min_new_respondents"]),
    )  # fmt: skip
