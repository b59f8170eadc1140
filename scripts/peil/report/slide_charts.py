"""Charts that PowerPoint can edit, with the scale, order and colours of the site."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import BinaryIO

from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_LABEL_POSITION,
)
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.slide import Slide
from pptx.util import Emu, Pt
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from peil.report.document import printable
from peil.report.pictures import TONES, alt_of, colours
from peil.site.charts import Figure, Row
from peil.site.context import Reading
from peil.site.numbers import short


class _Sheet(CategoryWorkbookWriter):
    """The sheet behind a chart, in which a label is a text and no formula or link."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: BinaryIO) -> Iterator[tuple[Workbook, Worksheet]]:
        plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        workbook = Workbook(xlsx_file, plain)
        yield workbook, workbook.add_worksheet()
        workbook.close()


class _Data(CategoryChartData):
    @property
    def _workbook_writer(self) -> _Sheet:
        return _Sheet(self)


Place = tuple[Emu, Emu, Emu, Emu]
NORMAL, SMALL = Pt(14), Pt(11)
MOST_WIDE, MOST_NORMAL = 2, 9  # lines up to which bars are thin, and up to which letters are large
PERCENT, POINTS, MEAN = "0%", "+0%;-0%;0%", "0.0"


def add_chart(slide: Slide, reading: Reading, figure: Figure, place: Place, most: int) -> None:
    """The first `most` lines of a chart, as bars on the fixed scale of its unit."""
    lines = [
        (f"{panel.label}: {row.label}" if panel.label else row.label, row)
        for panel in figure.panels
        for row in panel.rows
    ]
    lines = list(islice(lines, most))
    data = _Data()
    data.categories = [printable(label) or " " for label, _ in lines]
    rows = [row for _, row in lines]
    if figure.kind == "parts":
        for place_of_part, (part, label) in enumerate(figure.legend.items()):
            assert all(row.shares[place_of_part][0] == part for row in rows)
            values = [_rounded(row.shares[place_of_part][1], "share") for row in rows]
            data.add_series(printable(short(label)), values, PERCENT)
        kind = XL_CHART_TYPE.BAR_STACKED
    else:
        values = [_rounded(row.estimate.shown, row.unit) for row in rows]
        data.add_series(printable(reading.t("figure")), values, number_format(rows[0].unit))
        kind = XL_CHART_TYPE.BAR_CLUSTERED
    frame = slide.shapes.add_chart(kind, *place, data)  # type: ignore[arg-type]
    properties = frame._element.nvGraphicFramePr.cNvPr
    properties.set("descr", printable(alt_of(reading, figure)))
    _style(frame.chart, figure, rows)  # type: ignore[attr-defined]


def _rounded(value: float, unit: str) -> float:
    """As it is written: programs round halves each in their own way."""
    step = Decimal("0.01") if unit in ("share", "net") else Decimal("0.1")
    return float(Decimal(str(round(value, 9))).quantize(step, ROUND_HALF_UP))


def number_format(unit: str) -> str:
    return {"share": PERCENT, "net": POINTS}.get(unit, MEAN)


def _style(chart: Chart, figure: Figure, rows: list[Row]) -> None:
    size = NORMAL if len(rows) <= MOST_NORMAL else SMALL
    chart.font.size = size
    chart.has_title = False
    chart.has_legend = figure.kind == "parts"
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    categories, values = chart.category_axis, chart.value_axis
    categories.reverse_order = True  # the first line on top
    categories.format.line.fill.background()
    every = OxmlElement("c:tickLblSkip")  # a label at every bar
    every.set("val", "1")
    before = categories._element.find(qn("c:noMultiLvlLbl"))
    before.addprevious(every)
    categories.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    values.minimum_scale, values.maximum_scale = figure.scale.low, figure.scale.high
    values.major_unit = figure.scale.step
    values.major_gridlines.format.line.color.rgb = rgb("grid")
    values.format.line.fill.background()
    values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    values.tick_labels.number_format_is_linked = False
    values.tick_labels.number_format = (
        number_format(rows[0].unit) if figure.kind != "parts" else PERCENT
    )
    plot = chart.plots[0]
    plot.gap_width = 45 if len(rows) > MOST_WIDE else 150
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format_is_linked, labels.font.size = False, size
    labels.number_format = PERCENT if figure.kind == "parts" else number_format(rows[0].unit)
    if figure.kind == "parts":
        plot.overlap = 100
        for series, part in zip(plot.series, figure.legend, strict=True):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = rgb(part)
            series.data_labels.show_value = True
            series.data_labels.number_format_is_linked = False
            series.data_labels.number_format = PERCENT
            series.data_labels.font.size = size
            series.data_labels.font.color.rgb = rgb(f"{part}-text")
        return
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    series = plot.series[0]
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = rgb("bar")
    for number, row in enumerate(rows):
        tone = TONES.get(row.verdict.tone if row.verdict else "")
        if tone:
            point = series.points[number]
            point.format.fill.solid()
            point.format.fill.fore_color.rgb = rgb(tone)


def rgb(name: str) -> RGBColor:
    """A colour of the site; `#abc` stands for `#aabbcc`."""
    digits = colours()[name].lstrip("#")
    return RGBColor.from_string("".join(2 * c for c in digits) if len(digits) == 3 else digits)
