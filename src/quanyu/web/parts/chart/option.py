"""ECharts options: how points are told and values written, as text and never as markup."""

from __future__ import annotations

import json
from typing import Any

from quanyu import figure
from quanyu.tables.metric.metric import Unit
from quanyu.tables.text.mask import masked
from quanyu.web.view import View

Option = dict[str, Any]


def told(lines: str, write: str) -> str:
    """Return the JavaScript function that tells a point in a tooltip, as text and never as markup.

    `lines` is a JavaScript expression over the point `p` and `w`, the function that writes values.
    """
    return (
        "p => { const w = " + write + "; const box = document.createElement('div'); "
        "box.style.whiteSpace = 'pre-line'; box.textContent = " + lines + "; return box; }"
    )


def inert(option: Any) -> Any:
    """Return an option with the phone numbers and mail addresses in its texts masked."""
    if isinstance(option, dict):
        return {name: value if name.startswith(":") else inert(value) for name, value in option.items()}
    if isinstance(option, list | tuple):
        return [inert(value) for value in option]
    return masked(option) if isinstance(option, str) else option


def written(view: View, unit: Unit) -> str:
    """Return the JavaScript function that writes an axis value of a unit."""
    if unit == "ratio":
        return "v => v == null ? '–' : +(v * 100).toFixed(2) + '%'"
    steps = ((1e8, "亿"), (1e4, "万")) if view.language == "zh" else ((1e9, "B"), (1e6, "M"), (1e4, "K"))
    shown = ": ".join(
        f"Math.abs(v) >= {step:.0f} ? +(v / {1e3 if word == 'K' else step:.0f}).toFixed(2) + '{word}'"
        for step, word in steps
    )
    whole = f"{shown} : (+(+v).toFixed(2)).toLocaleString('en')"
    if unit != "currency":
        return f"v => v == null ? '–' : {whole}"
    sign = json.dumps(figure.symbol(view.ws.settings.currency), ensure_ascii=False).replace('"', "'")
    return f"u => {{ if (u == null) return '–'; const v = Math.abs(u); return (u < 0 ? '-' : '') + {sign} + ({whole}); }}"
