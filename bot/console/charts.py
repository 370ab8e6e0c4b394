"""The console's drawings, made by pygal as SVG files of their own; every one has its table beside it in the page."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pygal
from pygal.style import Style

from bot.console.speech import gettext, number

# pygal leaves a finder for plugins of its own in the way of every later import, in a form that Python warns of; no
# plugin is used here.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

_COLOURS = ("#2f6fed", "#1a936f", "#d97706", "#9333ea", "#64748b", "#db2777", "#0891b2", "#b91c1c", "#65a30d")
_DARK = """inline:
@media (prefers-color-scheme: dark) {
  {{ id }} text, {{ id }} .legend text, {{ id }} .title { fill: #d5d9e2 !important; }
  {{ id }} .guides, {{ id }} .guide.line { stroke: #4a5060 !important; }
}
"""


def _style() -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#3a3f4b",
        foreground_strong="#3a3f4b",
        foreground_subtle="#8a90a0",
        colors=_COLOURS,
        font_family="system-ui, sans-serif",
        label_font_size=12,
        legend_font_size=13,
        major_label_font_size=12,
        value_font_size=12,
        title_font_size=15,
        opacity=".9",
        guide_stroke_color="#c5cad6",
        major_guide_stroke_color="#c5cad6",
        guide_stroke_dasharray="2,4",
    )


def _chart(kind: Any, **more: Any) -> Any:
    return kind(
        style=_style(),
        width=860,
        height=320,
        js=(),
        css=("file://style.css", "file://graph.css", _DARK),
        no_prefix=True,
        show_minor_x_labels=False,
        x_label_rotation=30,
        legend_at_bottom=True,
        legend_box_size=12,
        pretty_print=False,
        disable_xml_declaration=True,
        min_scale=2,
        margin=8,
        value_formatter=number,
        no_data_text=gettext("nothing in these days"),
        **more,
    )


def _without_scripts(svg: str) -> bytes:
    """A drawing is looked at as an image, where scripts never run; pygal writes one all the same."""
    return re.sub(r"<script\b.*?</script>", "", svg, flags=re.DOTALL).encode()


def stacked(labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> bytes:
    """Bars of several parts, one bar for each label."""
    chart = _chart(pygal.StackedBar)
    chart.x_labels = list(labels)
    step = max(1, len(labels) // 10)
    chart.x_labels_major = list(labels)[::step]
    for name, values in series.items():
        chart.add(name, list(values))
    chart.y_labels = _whole(max(map(sum, zip(*series.values(), strict=True)), default=0))
    return _without_scripts(chart.render())


def bars(labels: Sequence[str], values: Sequence[float], name: str) -> bytes:
    """One bar for each label."""
    chart = _chart(pygal.Bar, show_legend=False)
    chart.x_labels = list(labels)
    chart.x_labels_major = list(labels)
    chart.add(name, list(values))
    chart.y_labels = _whole(max(values, default=0))
    return _without_scripts(chart.render())


def _whole(highest: float) -> list[int] | None:
    """Whole numbers beside an axis of counts that are few; None where the chart's own choice is fine."""
    return list(range(int(highest) + 2)) if highest < 8 else None


def lines(labels: Sequence[str], series: Mapping[str, Sequence[float | None]], right: str = "") -> bytes:
    """Lines over the labels; None leaves a gap. The series `right` has a scale of its own, at the right, where there is
    another to tell it from."""
    chart = _chart(pygal.Line, dots_size=2)
    chart.x_labels = list(labels)
    step = max(1, len(labels) // 10)
    chart.x_labels_major = list(labels)[::step]
    filled = {name for name, values in series.items() if any(v is not None for v in values)}
    for name, values in series.items():
        chart.add(name, list(values), secondary=name == right and filled > {right})
    return _without_scripts(chart.render())
