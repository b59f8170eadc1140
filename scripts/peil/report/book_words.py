"""How to read the tabellenboek: its letters, signs and what is not shown."""

from peil.dutch import level
from peil.report.book_parts import INDICATIVE, Book
from peil.report.front import caution


def legend(made: Book) -> list[str]:
    """A sentence per line, in reading order; the reasons for what is not shown come last."""
    reading = made.reading
    survey, t, day = reading.data.survey, reading.t, reading.numbers.day
    lines = [
        t("fieldwork", n=reading.numbers.count(survey.n_respondents),
          start=day(survey.fieldwork_start), end=day(survey.fieldwork_end)),
        t("book_weighted"),
        t("book_letters"),
        t("book_arrows"),
        t("book_indicative", sign=INDICATIVE),
        t("book_interval", level=level(survey.confidence_level, reading.data.language)),
        caution(reading),
    ]  # fmt: skip
    lines += [
        t("book_reason", sign=f"x{number}", reason=reason)
        for number, reason in enumerate(made.reasons, 1)
    ]
    return lines
