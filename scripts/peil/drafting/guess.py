"""What a column probably is. Every guess says that it is one: the draft marks it `review`."""

from dataclasses import dataclass
from dataclasses import field as factory

from peil.drafting.columns import Column
from peil.drafting.scales import Scale

# How sure a guess is: the file says so itself, it is likely, or a person must look.
FILE, LIKELY, UNSURE = "file", "likely", "unsure"


@dataclass
class Guess:
    """What a column is taken for, and in `review` why somebody must look."""

    column: Column
    binding: str
    field: str = ""
    # weight, stratum, cluster, municipality, gender, age, age_band, birth_year, background.
    role: str = ""
    scale: str = ""
    new_scale: Scale | None = None
    options: dict[str, str] = factory(default_factory=dict)
    missing: dict[str, tuple[str, str]] = factory(default_factory=dict)
    fixes: dict[str, str] = factory(default_factory=dict)
    match_by: str = ""
    true_value: str = ""
    false_value: str = ""
    delimiter: str = ""
    # The answer that texts of the respondents' own stand for.
    other: str = ""
    group: str = ""
    group_text: str = ""
    option_text: str = ""
    item_text: str = ""
    topic: str = ""
    route: tuple[str, str] | None = None
    is_reported: bool = True
    review: str = ""
    certainty: str = FILE
    # What it was understood as, in a few words for the report.
    understood: str = ""

    def mark(self, review: str, certainty: str = LIKELY) -> "Guess":
        """Ask a person to look; the least sure of several reasons counts."""
        self.review = f"{self.review}; {review}" if self.review else review
        if certainty == UNSURE or self.certainty == FILE:
            self.certainty = certainty
        return self


def ignored(column: Column, review: str = "", certainty: str = LIKELY) -> Guess:
    """A column that is kept raw and read by nothing."""
    guess = Guess(column, "ignored", understood="not used")
    return guess.mark(review, certainty) if review else guess
