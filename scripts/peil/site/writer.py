"""Writes pages and data files. Every page shares one frame, every data file one form."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from peil.kept import can_keep, kept_folder
from peil.site import numbers as labels
from peil.site.addresses import Addresses
from peil.site.charts import Figure
from peil.site.data import Data
from peil.site.findings import Findings
from peil.site.measures import Measures
from peil.site.numbers import FILTERS, Numbers
from peil.site.rows import Estimate
from peil.site.spreadsheet import spreadsheet

HERE = Path(__file__).parent
LABELS = ("capital", "small", "short", "unbroken", "file_name")
FINDINGS = ("words", "way", "plain_verdict", "span", "direction", "about", "what")


class Writer:
    """Renders templates into one folder."""

    def __init__(
        self, data: Data, measures: Measures, findings: Findings, addresses: Addresses, folder: Path
    ) -> None:
        self.folder, self.data = folder, data
        self.numbers, self.t = findings.numbers, findings.t
        self.questions = {q.question_code: q.label for q in data.questions}
        self.pages: list[str] = []
        self.documents: list[Path] = []
        self.env = _environment(self.numbers, findings)
        self.env.globals.update(
            t=self.t,
            script_texts=json.dumps(self.t.part("js_"), ensure_ascii=False, sort_keys=True),
            language=data.language,
            survey=data.survey,
            surveys=data.surveys,
            scales=measures.scales,
            menu=addresses.sections(),
            at=addresses,
            site_title=labels.short(data.survey.label),
            is_simulated=any(survey.is_simulated for survey in data.surveys),
        )

    def page(self, path: str, template: str, **context: Any) -> None:
        """Render a page; `root` leads from it to the first page."""
        root = "../" * path.count("/")
        text = self.env.get_template(template).render(root=root, path=path, **context)
        self.pages.append(path)
        self._write(path, text)

    def json(self, path: str, content: Any) -> None:
        self._write(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")))

    def csv(self, path: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
        """For the spreadsheet of the reader: its separator, decimal sign and a byte order mark."""
        self._write(path, spreadsheet(self.data.language, header, rows))
        return path

    def figures_csv(self, path: str, estimates: Iterable[Estimate]) -> str:
        header = self.t("csv_figures").split("|")
        return self.csv(path, header, map(self._figure_row, estimates))

    def table_row(self, label: str, e: Estimate, unit: str) -> tuple[str, ...]:
        """Label, figure, interval and number of answers, as they are shown."""
        if e.is_withheld:
            return label, self.t("not_shown"), "", ""
        ends = self.numbers.interval(e.ci_low, e.ci_high, unit)
        return label, self.numbers.figure(e.estimate, unit), ends, self.numbers.count(e.n_answers)

    def figure(self, page: str, figure: Figure) -> Figure:
        """The chart with its data file, named after its page."""
        stem = page.removesuffix(".html").replace("/", "--")
        return replace(
            figure, csv=self.figures_csv(f"data/{stem}--{figure.id}.csv", figure.estimates)
        )

    def _figure_row(self, e: Estimate) -> tuple[Any, ...]:
        group = self.data.group.get((e.survey_code, e.segment_code, e.group_key))
        remark = e.withheld_label or (self.t("indicative") if e.is_indicative else "")
        return (
            self.questions.get(e.question_code, e.question_code), e.option_label, e.statistic_label,
            group.division_label if group else "", group.label if group else "",
            e.estimate, e.ci_low, e.ci_high, e.n_answers, remark,
        )  # fmt: skip

    def _write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


def _environment(numbers: Numbers, findings: Findings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled_templates(),
    )
    filters = {name: getattr(numbers, name) for name in FILTERS}
    filters |= {name: getattr(labels, name) for name in LABELS}
    filters |= {name: getattr(findings, name) for name in FINDINGS}
    environment.filters.update(filters)
    return environment


def _compiled_templates() -> FileSystemBytecodeCache | None:
    """What Jinja compiles, kept: half of the time that the site of a small survey takes."""
    if not can_keep("templates"):
        return None
    return FileSystemBytecodeCache(str(kept_folder("templates")))
