"""What the law says of what people will read: the content as it is written, and as it is with values in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quanyu.act.channel import Content
from quanyu.act.compliance import Category, check_text
from quanyu.act.content.check.finding import Finding, Spot
from quanyu.act.content.plain import LIQUID, text_of
from quanyu.text import Language

LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")
HAN = re.compile(r"[\u3400-\u9fff]")


def of_law(spot: Spot, source: Content, made: Content | None, category: Category) -> Iterator[Finding]:
    """Yield what is forbidden, needs proof or is missing; `made` is the content with values, None where it cannot be written.

    What must be said has to stand in everything that can be read alone: the HTML, and the text beside it.
    """
    seen: set[tuple[str, str]] = set()
    for text in readings(made) if made else ():
        yield from _checked(spot, text, category, seen)
    for text in readings(source):
        for finding in _checked(spot, _words(text), category, seen):
            if finding.kind != "missing":
                yield finding


def readings(content: Content) -> list[str]:
    """Return what of a content is read as a whole: the subject with the text, and with the words of the HTML."""
    bodies = [text_of(content.html)] if content.html else []
    bodies += [content.text] if content.text else []
    bodies += ["\n".join(content.fields.values())] if content.fields else []
    return ["\n".join(filter(None, (content.subject, body))) for body in bodies] or [content.subject]


def _words(template: str) -> str:
    """Return the words of a template: what stands around variables, and every text that stands in for one."""
    literals = " ".join(
        first or second for given in LIQUID.findall(template) for first, second in LITERAL.findall(given)
    )
    return f"{LIQUID.sub(' ', template)}\n{literals}"


def _checked(spot: Spot, text: str, category: Category, seen: set[tuple[str, str]]) -> Iterator[Finding]:
    language: Language = "zh" if HAN.search(text) else "en"
    for one in check_text(text, category, language).findings:
        said = one.suggestion["en"] if one.kind == "missing" else one.found
        if (one.kind, said) not in seen:
            seen.add((one.kind, said))
            yield Finding(
                spot.channel,
                spot.variant,
                spot.part,
                one.kind,
                one.severity,
                found=one.found,
                why=one.why,
                suggestion=one.suggestion,
                article=one.article,
            )
