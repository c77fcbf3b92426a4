"""Liquid in a sandbox: declared tags and filters only, no files, and limits on loops, nesting, names and size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from io import StringIO
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin import content, illegal, output
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    cycle_tag,
    echo_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import OutputStreamLimitError, UndefinedError
from liquid.stringify import to_liquid_string
from liquid.undefined import UNDEFINED, Undefined

from quanyu.act.content.template.filters import FILTERS
from quanyu.act.content.template.voice import Voice

MOST_OUTPUT = 1_000_000
"""Letters that a part of a message may have: ten times what mail programs show."""
CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


class Unsaid(Undefined):
    """A variable without a value: conditions and `default` may ask for it, whoever writes it fails."""

    __slots__ = ()
    force_liquid_default = True

    def __str__(self) -> str:
        raise UndefinedError(self.name, token=self.token)

    def __iter__(self) -> Iterator[Any]:
        raise UndefinedError(self.name, token=self.token)

    def __int__(self) -> int:
        raise UndefinedError(self.name, token=self.token)

    __hash__ = Undefined.__hash__


class Sink(StringIO):
    """What a template writes into: parts up to a limit."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str, /) -> int:
        """Take a part."""
        self.size += len(text)
        if self.size > MOST_OUTPUT:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        self.parts.append(text)
        return len(text)

    def getvalue(self) -> str:
        """Return all of it."""
        return "".join(self.parts)


class Reading(RenderContext):
    """What a template may ask of the values: names and the names within them."""

    __slots__ = ()

    def get(self, path: list[object], *, token: Any, default: object = UNDEFINED) -> object:
        """Return the value of a path; one that is null or not there is `Unsaid`, under its whole name."""
        found: object = None
        try:
            found = self.scope[path[0]]  # type: ignore[index]
            for name in path[1:]:
                found = found[name] if type(found) is dict else self.get_item(found, name)
        except (KeyError, TypeError, IndexError):
            found = None
        if found is not None:
            return found
        return Unsaid(".".join(map(str, path)), token=token) if default is UNDEFINED else default

    def get_buffer(self, buf: Any = None) -> StringIO:
        """Return where a captured block writes."""
        return Sink()


class Template(BoundTemplate):
    """A parsed template."""

    context_class = Reading

    def _get_buffer(self) -> StringIO:
        return Sink()


class OutputNode(output.OutputNode):
    """`{{ ... }}`: a value is escaped in HTML, and cleared of control characters elsewhere."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        value = self.expression.evaluate(context)
        if type(value) is not str:
            return buffer.write(to_liquid_string(value, context.autoescape))
        if context.autoescape:
            return buffer.write(escape(value))
        return buffer.write(value if value.isprintable() else value.translate(CONTROLS))


class Output(output.Output):
    """`{{ ... }}` in a template."""

    node_class = OutputNode


TAGS = (
    if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag, for_tag.ForTag, for_tag.BreakTag, for_tag.ContinueTag,
    assign_tag.AssignTag, capture_tag.CaptureTag, cycle_tag.CycleTag, echo_tag.EchoTag, comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
)  # fmt: skip


class Sandbox(Environment):
    """Declared tags and filters, and how the shop speaks."""

    template_class = Template
    block_nesting_limit = 10
    context_depth_limit = 15
    loop_iteration_limit = 1_000
    local_namespace_limit = 500_000
    output_stream_limit = MOST_OUTPUT

    def __init__(self, voice: Voice, *, is_html: bool) -> None:
        self.voice = voice
        super().__init__(undefined=Unsaid, autoescape=is_html)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Take the declared tags and filters alone."""
        for tag in (content.Literal, Output, illegal.Illegal, *TAGS):
            self.add_tag(tag)
        self.filters = dict(FILTERS)

    def __hash__(self) -> int:
        return id(self)


@lru_cache(maxsize=16)
def sandbox(voice: Voice, is_html: bool) -> Sandbox:
    """Return the environment of templates of HTML, or of plain text."""
    return Sandbox(voice, is_html=is_html)
