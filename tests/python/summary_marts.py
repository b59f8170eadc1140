"""What may stand in a summary beside each label, from the marts, and tables read back from it."""

import html
import re
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser

import duckdb
from docx.table import Table as WordTable


def rounded(value: float, decimals: int) -> str:
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(exact):,}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return ("−" if exact < 0 else "") + text


def shown(value: float, kind: str, decimals: int = 0) -> str:
    if kind == "mean":
        return rounded(value, max(1, decimals))
    if kind == "net":
        text = rounded(100 * Decimal(str(value)), decimals)
        return text if text[0] == "−" or not text.strip("0,") else f"+{text}"
    return rounded(100 * Decimal(str(value)), decimals) + "%"


def between(low: float, high: float, kind: str) -> str:
    if kind == "mean":
        return f"{rounded(low, 1)} tot {rounded(high, 1)}"
    return f"{rounded(100 * Decimal(str(low)), 0)} tot {rounded(100 * Decimal(str(high)), 0)}"


def signed(value: float, kind: str) -> str:
    text = rounded(value, 2) if kind == "mean" else rounded(100 * Decimal(str(value)), 1)
    return text if text[0] == "−" or not text.strip("0,") else f"+{text}"


class Known:
    """What may stand beside a label, from the marts; rounded here, apart from the code."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.read = connection.execute
        self.texts: dict[str, set[str]] = {}
        self._estimates()
        self._differences()
        self._scores()
        self._method()

    def add(self, label: str, *found: str) -> None:
        self.texts.setdefault(label, set()).update(found)

    def _estimates(self) -> None:
        rows = self.read(
            "select e.question_label_nl, e.option_label_nl, c.label_nl, s.kind, e.estimate, "
            "e.ci_low, e.ci_high, e.n_answers from marts.estimates e join marts.dim_questions q "
            "using (survey_code, question_code) join marts.dim_statistics s on q.scale_code = "
            "s.scale_code and e.statistic = s.statistic left join marts.dim_channels c on "
            "e.channel_code = c.channel_code where e.is_default_scheme and not e.is_withheld"
        ).fetchall()
        for question, option, channel, kind, value, low, high, n in rows:
            figure, ends = shown(value, kind), ""
            found = [figure, rounded(n, 0)]
            if low is not None:
                ends = between(low, high, kind)
                found += [ends, f"{figure} ({ends})"]
            for label in filter(None, (option, channel, question)):
                self.add(label, *found)

    def _differences(self) -> None:
        rows = self.read(
            "select q.label_nl, e.option_label_nl, c.label_nl, s.kind, d.difference, d.ci_low, "
            "d.ci_high from marts.contrast_effects d join marts.dim_questions q using "
            "(survey_code, question_code) join marts.dim_statistics s on q.scale_code = "
            "s.scale_code and d.statistic = s.statistic left join (select distinct question_code, "
            "option_code, option_label_nl from marts.estimates) e on d.question_code = "
            "e.question_code and d.option_code = e.option_code left join marts.dim_channels c "
            "on q.channel_code = c.channel_code where d.is_default_scheme and not d.is_withheld"
        ).fetchall()
        for question, option, channel, kind, value, low, high in rows:
            found = (signed(value, kind), f"{signed(low, kind)} tot {signed(high, kind)}")
            for label in filter(None, (option, channel, question)):
                self.add(label, *found)

    def _scores(self) -> None:
        for label, unit, value, low, high, norm, direction in self.read(
            "select label_nl, unit, value, ci_low, ci_high, norm, direction "
            "from marts.kpi_scorecard where segment_code = 'total'"
        ).fetchall():
            kind = "share" if unit == "share" else "mean"
            word = "minstens" if direction == "higher_is_better" else "hoogstens"
            self.add(label, f"{word} {shown(norm, kind)}")
            if value is not None:
                self.add(label, shown(value, kind, 1 if kind == "share" else 2))
            if low is not None:
                self.add(label, between(low, high, kind))
        for label, chance, *values in self.read(
            "select question_label_nl, first_probability, importance_share, "
            "importance_share_ci_low, importance_share_ci_high, share_unsatisfied, "
            "share_unsatisfied_ci_low, share_unsatisfied_ci_high from marts.priority_matrix "
            "where not is_withheld"
        ).fetchall():
            if chance is not None:
                self.add(label, shown(min(max(chance, 0.01), 0.99), "share"))
            for value, low, high in (values[:3], values[3:]):
                self.add(label, shown(value, "share"), between(low, high, "share"))
        for label, *values in self.read(
            "select label_nl, resident_estimate, resident_ci_low, resident_ci_high, "
            "staff_estimate, staff_ci_low, staff_ci_high from marts.staff_and_resident_experience "
            "where segment_code = 'total' and not is_withheld"
        ).fetchall():
            for value, low, high in (values[:3], values[3:]):
                self.add(label, shown(value, "mean"), between(low, high, "mean"))

    def _method(self) -> None:
        for label, n in self.read(
            "select label_nl, n_rows from marts.response_overview where n_rows is not null"
        ).fetchall():
            self.add(label, rounded(n, 0))
        for label, *counts, deff, least, most in self.read(
            "select label_nl, n_respondents, n_effective, deff_weights, min_weight, max_weight "
            "from marts.weighting_quality"
        ).fetchall():
            self.add(label, *(rounded(n, 0) for n in counts if n is not None))
            self.add(label, *(rounded(x, 2 if abs(x) < 10 else 1)
                              for x in (deff, least, most) if x is not None))  # fmt: skip
        for label, n, *shares in self.read(
            "select label_nl, n_respondents, target_share, unweighted_share, weighted_share "
            "from marts.weighting_margins_reached where not is_withheld"
        ).fetchall():
            self.add(label, rounded(n or 0, 0))
            self.add(label, *(shown(x, "share", 1) for x in shares if x is not None))
        for label, *shares, difference in self.read(
            "select attribute_label_nl || ': ' || label_nl, population_share, unweighted_share, "
            "weighted_share, difference_after from marts.sample_population where not is_withheld"
        ).fetchall():
            self.add(label, *(shown(x, "share", 1) for x in shares), signed(difference, "share"))
        for label, n in self.read(
            "select q.text_nl, i.n_answered from marts.dim_questions q join marts.item_response i "
            "using (survey_code, question_code) where i.n_answered is not null"
        ).fetchall():
            self.add(label, rounded(n, 0))

    def of(self, label: str) -> set[str]:
        """What may stand beside a label, or beside a question with its statistic."""
        found = [k for k in self.texts if label == k or label.startswith(f"{k}: ")]
        assert found, f"no mart knows {label!r}"
        return self.texts[max(found, key=len)]


def cells(table: WordTable) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


class Tables(HTMLParser):
    """The tables, headings and pictures of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.headings: list[int] = []
        self.alts: list[str | None] = []
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
            self._in_cell = True
        elif re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        elif tag == "img":
            self.alts.append(dict(attrs).get("alt"))

    def handle_endtag(self, tag):
        self._in_cell = self._in_cell and tag not in ("th", "td")

    def handle_data(self, data):
        if self._in_cell:
            self.tables[-1][-1][-1] += data


def pipe_tables(text: str) -> list[list[list[str]]]:
    found: list[list[list[str]]] = []
    before = ""
    for line in text.splitlines():
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            if not re.fullmatch(r"[|:-]+", line):
                row = line.removeprefix("| ").removesuffix(" |").split(" | ")
                found[-1].append([html.unescape(cell) for cell in row])
        before = line
    return found
