"""Pages for people who come by a link in a message: plain HTML, no script, in the language that their browser asks for."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

from quanyu.text import Language, Text, translate

STYLE = (
    "body{font:16px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;margin:0;background:#f6f7f9;color:#1d2433}"
    "main{box-sizing:border-box;max-width:34rem;margin:0 auto;padding:1.5rem 1rem}"
    "h1{font-size:1.4rem;line-height:1.3}fieldset{border:1px solid #c9d0dc;border-radius:.5rem;margin:0 0 1rem;padding:.5rem 1rem}"
    "label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem}input{width:1.25rem;height:1.25rem;flex:none}"
    "button{font:inherit;color:#fff;background:#1f4fb0;border:0;border-radius:.5rem;padding:.7rem 1.4rem;min-height:2.75rem}"
    "a{color:#1f4fb0}legend{padding:0 .4rem}:focus-visible{outline:3px solid #8fb1f5;outline-offset:2px}"
)
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}
"""What every answer says: nothing but its own style may load, nobody frames it, no address leaks, nothing is kept."""


def language_of(accepted: str, usual: Language) -> Language:
    """Return the language that a browser asks for most, the shop's where it asks for neither.

    >>> language_of("fr, en;q=0.8, zh-CN;q=0.9", "en"), language_of("en-GB,zh;q=0.5", "zh"), language_of("", "zh")
    ('zh', 'en', 'zh')
    """
    best: tuple[float, Language] = (0.0, usual)
    for part in accepted.lower().split(","):
        match = re.fullmatch(r"\s*(zh|en)(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", part)
        weight = float(match[2] or 1) if match else 0.0
        if match and weight > best[0]:
            best = (weight, "zh" if match[1] == "zh" else "en")
    return best[1]


def page(language: Language, title: Text, body: str, status: int = 200) -> HTMLResponse:
    """Return a page of a title and a body that is HTML already."""
    told = escape(translate(title, language))
    document = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{told}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{told}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(document, status, headers={"Content-Language": language})


def paragraph(language: Language, text: Text, /, **values: object) -> str:
    """Return a sentence as a paragraph."""
    return f"<p>{escape(translate(text, language, **values))}</p>"


def form(address: str, fields: str, button: str) -> str:
    """Return a form that posts its fields to an address of this application."""
    return f'<form method="post" action="{escape(address)}">{fields}<button type="submit">{escape(button)}</button></form>'


def checkbox(name: str, label: str, *, is_on: bool) -> str:
    """Return a box to tick."""
    checked = " checked" if is_on else ""
    return f'<label><input type="checkbox" name="{escape(name)}" value="1"{checked}> {escape(label)}</label>'


def group(legend: str, fields: str) -> str:
    """Return fields under a common name."""
    return f"<fieldset><legend>{escape(legend)}</legend>{fields}</fieldset>"
