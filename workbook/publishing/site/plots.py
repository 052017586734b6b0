"""A figure on a page: its picture, and what a script needs to draw it live in the picture's place.

The title becomes the caption, which wraps on a small screen where plotly's would be cut; the slider
that plotly draws, which no key reaches, becomes the values of a native one. Left out: the drawing,
in `static/site.js`, and the table twin, an output of its own.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

MARKUP = re.compile(r"&lt;(/?(?:b|i|em|sub|sup)|br ?/?)&gt;")  # what of plotly's markup is kept
SLIDER_HEIGHT = 60  # pixels that an explorer adds for plotly's slider
TITLE_LINE = 30  # pixels above the axes when the title is gone: one line of legend


def figure(plot: dict[str, Any], alt: str, image: str) -> str:
    """The HTML of one figure. plot: plotly JSON; image: an <img>, or text where there is none."""
    spec = json.dumps(page_form(plot, alt), ensure_ascii=False, separators=(",", ":"))
    spec = spec.replace("<", "\\u003c")  # no value may close the script element
    title = caption(plot["layout"])
    above = f"<figcaption>{title}</figcaption>" if title else ""
    return (
        f'<figure class="plot">{above}{image}'
        f'<script type="application/json">{spec}</script></figure>'
    )


def page_form(plot: dict[str, Any], alt: str) -> dict[str, Any]:
    """data, layout, and for an explorer its steps: each with label, data, layout, caption, alt."""
    left_out = ("title", "meta", "sliders")
    layout = {key: value for key, value in plot["layout"].items() if key not in left_out}
    layout["margin"] = {**layout.get("margin", {}), "t": TITLE_LINE}
    layout["paper_bgcolor"] = "rgba(0,0,0,0)"  # the page puts a card below it
    form = {"data": plot["data"], "layout": layout, "alt": alt}
    frames, sliders = plot.get("frames"), plot["layout"].get("sliders")
    if not frames or not sliders:
        return form
    layout["margin"].pop("b", None)
    layout["height"] = layout.get("height", 440) - SLIDER_HEIGHT
    return form | {
        "label": html.unescape(sliders[0]["currentvalue"]["prefix"].strip(": ")),
        "active": sliders[0].get("active", 0),
        "steps": [_step(frame, alt) for frame in frames],
    }


def caption(layout: dict[str, Any]) -> str:
    """The title as HTML: plotly's small markup stays, anything else is text."""
    title = layout.get("title") or {}
    words = title if isinstance(title, str) else title.get("text") or ""
    return MARKUP.sub(r"<\1>", html.escape(html.unescape(words), quote=False))


def _step(frame: dict[str, Any], alt: str) -> dict[str, Any]:
    layout = frame.get("layout", {})
    return {
        "label": frame["name"],
        "data": frame["data"],
        "layout": {k: v for k, v in layout.items() if k not in ("title", "meta")},
        "caption": caption(layout),
        "alt": layout.get("meta", {}).get("alt", alt),
    }
