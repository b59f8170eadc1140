"""Rows of questions, answers and bindings from guesses."""

import re
import unicodedata

from peil.codebook.seeds import REVIEW
from peil.drafting.guess import LIKELY, Guess
from peil.drafting.scales import GRADE, LIKERT, Scale

MUNICIPALITIES = "municipalities"
_LONGEST_LABEL = 80
_DRAFT, _BACKGROUND = "draft", "background"
_HEADLINES = {GRADE: "mean", LIKERT: "top2", "single": "share", "multiple": "share"}

Rows = list[dict[str, object]]


class Questionnaire:
    """The questions of a draft: equal answer lists are one list, named for the first question."""

    def __init__(self, survey: str, source: str) -> None:
        self.survey, self.source = survey, source
        self.questions: dict[str, dict[str, object]] = {}
        self.bindings: Rows = []
        self.options: Rows = []
        self.missing: Rows = []
        self.fixes: Rows = []
        self.scales: dict[str, Scale] = {}
        self.topics: dict[str, str] = {}
        self._codes: dict[str, set[str]] = {}
        self._missing_codes: set[tuple[str, str]] = set()
        self._lists: dict[tuple, str] = {}
        self._list_of: dict[str, str] = {}
        self._code_of: dict[str, str] = {}
        self._group_codes: dict[str, str] = {}
        self._option_of: dict[tuple[str, str], str] = {}
        self._routes: dict[str, set[tuple[str, str] | None]] = {}

    def code_of(self, guess: Guess) -> str:
        """The question code of a column; columns of one group have one."""
        name = guess.column.name
        if name not in self._code_of:
            if guess.group and guess.group in self._group_codes:
                self._code_of[name] = self._group_codes[guess.group]
            else:
                wanted = slug(guess.group if guess.binding == "one_hot" or guess.scale == "multiple"
                              else name) or "question"  # fmt: skip
                self._code_of[name] = _free(wanted, set(self._code_of.values()))
                if guess.group:
                    self._group_codes[guess.group] = self._code_of[name]
        return self._code_of[name]

    def option_of(self, guess: Guess, value: str) -> str:
        """The option code that a value of a column stands for."""
        if guess.binding == "one_hot":
            return self._option_of[self.code_of(guess), guess.column.name]
        if guess.group == MUNICIPALITIES:
            return value
        return self._option_of[self._list_of[self.code_of(guess)], value]

    def add(self, guess: Guess) -> None:
        """Add a column: its binding, and its question and answers where it has them."""
        code = option = ""
        if guess.scale or guess.new_scale:
            code = self.code_of(guess)
            option = self._answers(code, guess)
            if code not in self.questions:
                self.questions[code] = self._question(code, guess)
            elif guess.review and not self.questions[code][REVIEW]:
                self.questions[code][REVIEW] = guess.review
            self._routes.setdefault(code, set()).add(guess.route)
            self.fixes += [
                {"source_code": self.source, "question_code": code, "raw_value": value,
                 "fixed_value": fixed,
                 "reason": f"Value label in the file: {guess.column.labels.get(value, value)}"}
                for value, fixed in guess.fixes.items()
            ]  # fmt: skip
        self.bindings.append({
            "source_code": self.source, "source_column": guess.column.name,
            "binding": guess.binding, "question_code": code, "option_code": option,
            "field": guess.field, "true_value": guess.true_value,
            "false_value": guess.false_value, "delimiter": guess.delimiter,
            "match_by": guess.match_by, REVIEW: guess.review,
        })  # fmt: skip

    def add_routes(self, guesses: list[Guess]) -> None:
        """Say of a question who was asked it, where all its columns agree."""
        by_name = {guess.column.name: guess for guess in guesses}
        for code, routes in self._routes.items():
            if len(routes) != 1 or not (route := next(iter(routes))):
                continue
            gate = by_name[route[0]]
            if (gate_code := self.code_of(gate)) == code:
                continue
            question = self.questions[code]
            question["routing_question_code"] = gate_code
            question["routing_option_code"] = self.option_of(gate, route[1])
            label = gate.option_text or gate.options.get(route[1], route[1])
            text = f"asked only of '{label}' at {gate_code}?"
            question[REVIEW] = f"{question[REVIEW]}; {text}" if question[REVIEW] else text
            for guess in guesses:
                if self._code_of.get(guess.column.name) == code:
                    guess.mark(text, LIKELY)

    def topic_rows(self) -> Rows:
        used = {row["topic"] for row in self.questions.values()}
        fixed = [
            (_DRAFT, "Nog in te delen", "To be sorted"), (_BACKGROUND, "Achtergrond", "Background")
        ]  # fmt: skip
        rows = [(code, nl, en) for code, nl, en in fixed if code in used or code == _DRAFT]
        rows += [(code, text, text) for code, text in self.topics.items() if code in used]
        return [
            {"topic_code": code, "label_nl": nl, "label_en": en, "sort_order": number,
             "has_group_headlines": str(self._has_group_headlines(code)).lower()}
            for number, (code, nl, en) in enumerate(rows, start=1)
        ]  # fmt: skip

    def _has_group_headlines(self, topic: str) -> bool:
        """A figure per question and group is a table; a figure per answer and group is a book."""
        statistics = {row["headline_statistic"] for row in self.questions.values()
                      if row["topic"] == topic}  # fmt: skip
        return bool(statistics - {""}) and "share" not in statistics

    def _question(self, code: str, guess: Guess) -> dict[str, object]:
        text = clean(guess.group_text or guess.column.text)
        if guess.binding != "one_hot" and guess.scale != "multiple":
            text = clean(guess.column.text)
        label = clean(guess.item_text) or text
        short = label if len(label) <= _LONGEST_LABEL else label[:79].rstrip() + "…"
        scale = self._scale(guess)
        headline = guess.new_scale.headline if guess.new_scale else _HEADLINES.get(scale, "")
        return {
            "question_code": code, "survey_code": self.survey, "label_nl": short,
            "label_en": short, "text_nl": text, "text_en": text, "scale_code": scale,
            "option_set_code": self._list_of.get(code, ""), "topic": self._topic(guess),
            "is_reported": str(guess.is_reported and scale not in {"open_text", "years"}).lower(),
            "headline_statistic": headline if guess.is_reported else "",
            "sort_order": len(self.questions) + 1, REVIEW: guess.review,
        }  # fmt: skip

    def _topic(self, guess: Guess) -> str:
        if not guess.topic or guess.topic == _BACKGROUND:
            return guess.topic or _DRAFT
        code = f"topic_{slug(guess.topic)}"[:60]
        text = clean(guess.group_text) or guess.topic
        self.topics.setdefault(code, text if len(text) <= _LONGEST_LABEL else text[:79] + "…")
        return code

    def _scale(self, guess: Guess) -> str:
        if guess.new_scale is None:
            return guess.scale
        scale = guess.new_scale
        if scale.kind == "single":
            scale.code = f"scale_{self._list_of[self.code_of(guess)]}"
        self.scales.setdefault(scale.code, scale)
        return scale.code

    def _answers(self, code: str, guess: Guess) -> str:
        """Note the answers of a column; returns the option a one_hot column stands for."""
        if guess.group == MUNICIPALITIES:
            self._list_of[code] = MUNICIPALITIES
            return ""
        if guess.binding == "one_hot":
            self._list_of[code] = code
            label = guess.option_text or guess.column.name
            option = self._option(code, slug(label), label, None)
            self._option_of[code, guess.column.name] = option
            self._missing(code, guess)
            return option
        scale = guess.scale if not guess.new_scale else guess.new_scale.label
        content = (tuple(guess.options.items()), tuple(guess.missing.items()), guess.match_by,
                   scale if guess.new_scale or not guess.options else "")  # fmt: skip
        if not guess.options and not guess.missing:
            return ""
        if content not in self._lists:
            name = code
            if guess.scale in {GRADE, LIKERT} and guess.scale not in self._lists.values():
                name = guess.scale
            self._lists[content] = name
            self._list(name, guess)
        self._list_of[code] = self._lists[content]
        return self.option_of(guess, guess.other) if guess.other else ""

    def _list(self, name: str, guess: Guess) -> None:
        by_label: dict[str, str] = {}
        labels = [label.strip().lower() for label in guess.options.values()]
        for value, written in guess.options.items():
            label = written.strip()
            folded = label.lower()
            if guess.match_by == "label" and folded in by_label:
                # Labels are compared without capitals and spaces: one answer.
                self._option_of[name, value] = by_label[folded]
                self._option_of[name, written] = by_label[folded]
                continue
            shown = label
            if guess.match_by != "label" and labels.count(folded) > 1:
                shown = f"{label} ({value})"
            number = value if guess.match_by == "number" or (
                guess.new_scale and guess.new_scale.kind == "single") else None  # fmt: skip
            wanted = value if guess.match_by == "code" else slug(label)
            option = self._option(name, wanted, shown, number, is_code=guess.match_by == "code")
            by_label[folded] = option
            self._option_of[name, value] = self._option_of[name, written] = option
        self._missing(name, guess)

    def _missing(self, name: str, guess: Guess) -> None:
        for answer, (reason, label) in guess.missing.items():
            if (name, answer) in self._missing_codes:
                continue
            self._missing_codes.add((name, answer))
            self.missing.append({
                "option_set_code": name, "answer_code": answer, "missing_reason": reason,
                "label_nl": label, "label_en": label,
            })  # fmt: skip

    def _option(
        self, name: str, wanted: str, label: str, number: str | None, *, is_code: bool = False
    ) -> str:
        codes = self._codes.setdefault(name, set())
        code = wanted if is_code else _free(wanted or "option", codes)
        codes.add(code)
        self.options.append({
            "option_set_code": name, "option_code": code, "label_nl": label, "label_en": label,
            "value_number": number or "", "sort_order": len(codes),
        })  # fmt: skip
        return code


def _free(wanted: str, taken: set[str]) -> str:
    code, number = wanted, 2
    while code in taken:
        code, number = f"{wanted}_{number}", number + 1
    return code


def clean(text: str) -> str:
    """A label without its own code in front, as '[dv01] Wat vindt u ...'."""
    return re.sub(r"<[^>]+>", "", re.sub(r"^\[[\w.]+\]\s*", "", text)).strip()


def slug(text: str) -> str:
    """A code of small letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:48].strip("_")
