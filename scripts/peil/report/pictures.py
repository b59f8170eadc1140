"""Charts as pictures: those of the site, with its scales, colours and order, drawn as PNG."""

import io
import re
import textwrap
from functools import cache
from typing import Any

import vl_convert
from PIL import Image

from peil.report.document import Picture
from peil.site.axes import Scale
from peil.site.charts import Figure, Row
from peil.site.context import Reading
from peil.site.insights import Kpi
from peil.site.writer import HERE

WIDTH, LABEL_WIDTH, MOST_IN_ALT = 420, 34, 20
DENSITY = 2  # pixels per point: sharp in print
COLOURS = 64  # a chart has few: a third of the bytes
FAST = Image.Quantize.MAXCOVERAGE  # of those that keep white white
FONT = "Liberation Sans, Arial, sans-serif"
SMALL, NORMAL = 11, 12
TONES = {"better": "good", "worse": "bad"}


def picture(reading: Reading, figure: Figure, caption: str = "") -> Picture | None:
    """The chart of a page as a picture; none where nothing may be shown."""
    if not any(panel.rows for panel in figure.panels):
        return None
    draw = {"parts": _parts, "bars": _bars, "dots": _dots}[figure.kind]
    return _drawn(draw(reading, figure), caption or figure.title, alt_of(reading, figure))


def kpi_picture(reading: Reading, kpis: list[Kpi], caption: str) -> Picture | None:
    """Shares against their norms, on one axis."""
    shown = [k for k in kpis if k.unit == "share" and k.value is not None]
    if not shown:
        return None
    scale = reading.measures.scales["share"]
    write, palette = reading.numbers, colours()
    tones = {"met": palette["good"], "not_met": palette["bad"]}
    labels = {str(i): k.label for i, k in enumerate(shown)}
    rows = [
        {
            "id": str(i), "panel": "0", "value": k.value, "norm": k.norm,
            "colour": tones.get(k.verdict or "", palette["bar"]),
            "text": f"{write.precise(k.value or 0, k.unit)}  ({reading.t('norm')} "
            f"{write.figure(k.norm, k.unit)})",
        }
        for i, k in enumerate(shown)
    ]  # fmt: skip
    layers = [
        _mark("bar", x=_x("value"), height={"band": 0.6}),
        _mark("tick", x=_x("norm"), color=palette["ink"], thickness=3, height={"band": 1}),
        _beside(),
    ]
    spec = _chart(reading, scale, rows, labels, layers)
    alt = "; ".join(f"{k.label}: {row['text']}" for k, row in zip(shown, rows, strict=True))
    return _drawn(spec, caption, f"{caption.rstrip('.')}. {alt}.")


def _parts(reading: Reading, figure: Figure) -> dict[str, Any]:
    """100% bars from bad to good."""
    palette, rows, labels = colours(), [], {}
    for i, row in enumerate(figure.panels[0].rows):
        labels[str(i)] = row.label
        start = 0.0
        mean = reading.numbers.figure(row.mean.estimate, "mean") if row.mean else ""
        for place, (part, share) in enumerate(row.shares):
            rows.append({
                "id": str(i), "panel": "0", "part": figure.legend[part], "value": share,
                "start": start, "end": start + share, "middle": start + share / 2,
                "inside": reading.numbers.figure(share, "share") if share >= 0.07 else "",
                "colour_inside": palette[f"{part}-text"],
                "text": f"{reading.t('mean_short')} {mean}" if mean and not place else "",
            })  # fmt: skip
            start += share
    colour = {
        "field": "part", "type": "nominal",
        "scale": {"domain": list(figure.legend.values()),
                  "range": [palette[part] for part in figure.legend]},
        "legend": {"orient": "top", "title": None, "labelLimit": 300},
    }  # fmt: skip
    layers = [
        {
            "mark": {"type": "bar", "height": {"band": 0.75}},
            "encoding": {"y": _y(), "x": _x("start"), "x2": {"field": "end"}, "color": colour},
        },
        {
            "mark": {"type": "text", "fontSize": SMALL},
            "encoding": {
                "y": _y(), "x": _x("middle"), "text": {"field": "inside"},
                "color": {"field": "colour_inside", "type": "nominal", "scale": None},
            },
        },
        _beside(),
    ]  # fmt: skip
    return _chart(reading, reading.measures.scales["share"], rows, labels, layers)


def _bars(reading: Reading, figure: Figure) -> dict[str, Any]:
    ink = colours()["ink"]
    layers = [
        _mark("bar", x=_x("value"), height={"band": 0.6}),
        _mark("rule", x=_x("low"), x2={"field": "high"}, color=ink, strokeWidth=1.5),
        _beside(),
    ]
    rows, labels = _rows(reading, figure, "bar")
    return _chart(reading, figure.scale, rows, labels, layers)


def _dots(reading: Reading, figure: Figure) -> dict[str, Any]:
    """A dot with its interval per group, and a line where everybody is."""
    layers = [
        _mark("rule", x=_x("low"), x2={"field": "high"}, strokeWidth=2.5),
        _mark("point", x=_x("value"), filled=True, size=70, opacity=1),
        _beside(),
    ]
    if any(panel.reference and not panel.reference.is_withheld for panel in figure.panels):
        line = {
            "mark": {"type": "rule", "color": colours()["muted"], "strokeDash": [4, 3]},
            "encoding": {"x": {**_x("everybody"), "aggregate": "max"}},
        }
        layers.insert(0, line)
    rows, labels = _rows(reading, figure, "mark")
    panels = [panel.label for panel in figure.panels if panel.rows]
    return _chart(reading, figure.scale, rows, labels, layers, panels)


def _rows(
    reading: Reading, figure: Figure, colour: str
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    rows: list[dict[str, Any]] = []
    labels: dict[str, str] = {}
    palette = colours()
    for place, panel in enumerate(panel for panel in figure.panels if panel.rows):
        everybody = panel.reference.estimate if panel.reference else None
        for row in panel.rows:
            key = str(len(rows))
            tone = TONES.get(row.verdict.tone if row.verdict else "", colour)
            labels[key] = row.label
            rows.append({
                "id": key, "panel": str(place), "value": row.estimate.shown,
                "low": row.estimate.low, "high": row.estimate.high, "everybody": everybody,
                "colour": palette[tone], "text": _value(reading, row),
            })  # fmt: skip
    return rows, labels


def _value(reading: Reading, row: Row) -> str:
    """6,5  (6,4 tot 6,6)."""
    e, write = row.estimate, reading.numbers
    ends = write.interval(e.ci_low, e.ci_high, row.unit)
    return write.figure(e.estimate, row.unit) + (f"  ({ends})" if ends else "")


def _chart(
    reading: Reading, scale: Scale, rows: list[dict[str, Any]], labels: dict[str, str],
    layers: list[dict[str, Any]], panels: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Layers on one axis. Labels reach the chart as data and never as an expression."""
    palette = colours()
    ticks = {str(round(1000 * x)): reading.numbers.tick(x, scale.unit) for x in scale.ticks}
    wrapped = {key: textwrap.wrap(label, LABEL_WIDTH) or [" "] for key, label in labels.items()}
    lines = max(map(len, wrapped.values()))
    spec: dict[str, Any] = {
        "layer": layers, "width": WIDTH, "height": {"step": max(26, 14 * lines + 8)},
        "encoding": {
            "x": {
                "type": "quantitative",
                "scale": {"domain": [scale.low, scale.high], "nice": False, "zero": False},
                "axis": {"values": scale.ticks, "labelExpr": "ticks[round(1000 * datum.value)]",
                         "title": None},
            }
        },
    }  # fmt: skip
    if panels is not None and len(panels) > 1:
        spec = {
            "facet": {
                "row": {
                    "field": "panel", "type": "nominal", "title": None,
                    "header": {
                        "labelExpr": "panels[datum.value]", "labelOrient": "top",
                        "labelAnchor": "start", "labelFontWeight": "bold", "labelFontSize": NORMAL,
                    },
                }
            },
            "spec": spec,
            "resolve": {"scale": {"y": "independent"}},
            "spacing": 14,
        }  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "params": [
            {"name": "labels", "value": wrapped},
            {"name": "ticks", "value": ticks},
            {"name": "panels", "value": dict(zip(map(str, range(99)), panels or [], strict=False))},
        ],
        "background": palette["paper"],
        "padding": 4,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": NORMAL, "labelColor": palette["ink"], "labelLimit": 300,
                "gridColor": palette["grid"], "domain": False, "ticks": False, "labelPadding": 6,
            },
            "legend": {"labelFontSize": NORMAL, "labelColor": palette["ink"]},
            "text": {"color": palette["ink"]},
        },
        **spec,
    }  # fmt: skip


def _x(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative"}


def _y() -> dict[str, Any]:
    """In the order of the data."""
    return {
        "field": "id", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None,
        "axis": {"labelExpr": "labels[datum.value]", "grid": False},
    }  # fmt: skip


def _mark(
    kind: str, x: dict[str, Any], x2: dict[str, str] | None = None, **look: Any
) -> dict[str, Any]:
    """A mark per row, in the colour of the row unless `look` has one."""
    encoding: dict[str, Any] = {"y": _y(), "x": x}
    if x2:
        encoding["x2"] = x2
    if "color" not in look:
        encoding["color"] = {"field": "colour", "type": "nominal", "scale": None}
    return {"mark": {"type": kind, **look}, "encoding": encoding}


def _beside() -> dict[str, Any]:
    """The figure in words, right of the chart."""
    return {
        "mark": {"type": "text", "align": "left", "fontSize": NORMAL},
        "encoding": {"y": _y(), "x": {"value": WIDTH + 10}, "text": {"field": "text"}},
    }


def _drawn(spec: dict[str, Any], caption: str, alt: str) -> Picture:
    for order, row in enumerate(spec["data"]["values"]):
        row["order"] = order
    with Image.open(io.BytesIO(vl_convert.vegalite_to_png(spec, scale=DENSITY))) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS, FAST, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few.save(small, "PNG")
    return Picture(caption, alt, small.getvalue(), *few.size)


def alt_of(reading: Reading, figure: Figure) -> str:
    """The finding, then what stands in the chart, as far as that can be listened to."""
    said = []
    for panel in figure.panels:
        for row in panel.rows:
            label = f"{panel.label}, {row.label}" if panel.label else row.label
            if row.shares:
                value = ", ".join(
                    f"{figure.legend[part]} {reading.numbers.figure(share, 'share')}"
                    for part, share in row.shares
                )
                if row.mean:
                    mean = reading.numbers.figure(row.mean.estimate, "mean")
                    value += f", {reading.t('mean_short')} {mean}"
            else:
                value = _value(reading, row)
            said.append(f"{label}: {value}")
    more = reading.t("alt_more", n=len(said) - MOST_IN_ALT) if len(said) > MOST_IN_ALT else ""
    return f"{figure.title}. {'; '.join(said[:MOST_IN_ALT])}.{more}"


@cache
def colours() -> dict[str, str]:
    """Those of the site on white paper: the first list of its style sheet."""
    sheet = (HERE / "static" / "site.css").read_text(encoding="utf-8")
    light = sheet.partition(":root {")[2].partition("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", light))
