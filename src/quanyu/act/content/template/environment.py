"""Liquid in a sandbox: declared tags and filters only, no files, and limits on loops, nesting, names and size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from html import escape
from io import StringIO
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions import FilteredExpression, Path
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
from liquid.stream import TokenStream
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

    @cached_property
    def is_flat(self) -> bool:
        """Whether it has no tags."""
        return all(isinstance(node, content.ContentNode | OutputNode) for node in self.nodes)

    def said(self, values: Mapping[str, Any]) -> str:
        """Return what it says with values; where it only names texts, without what tags and filters need."""
        if self.is_flat:
            nodes: list[Any] = self.nodes
            parts = [
                node.text if type(node) is content.ContentNode else node.text_of(values) for node in nodes
            ]
            if None not in parts and sum(map(len, parts)) <= MOST_OUTPUT:
                return "".join(parts)
        return self.render(values)

    def _get_buffer(self) -> StringIO:
        return Sink()


class OutputNode(output.OutputNode):
    """`{{ ... }}`: a value is escaped in HTML, and cleared of control characters elsewhere."""

    is_html = False

    @cached_property
    def names(self) -> list[Any]:
        """The path of a value that is written as it is; of what has filters, but for what stands where there is none: nothing."""
        expression: Any = self.expression
        is_path = type(expression) is FilteredExpression and type(expression.left) is Path
        is_plain = is_path and all(one.name == "default" for one in expression.filters or ())
        return (
            expression.left.path
            if is_plain and all(type(name) is str for name in expression.left.path)
            else []
        )

    def text_of(self, values: Mapping[str, Any]) -> str | None:
        """Return what it writes where its path leads to a text; None for all else."""
        found: Any = values
        for name in self.names:
            found = found.get(name) if type(found) is dict else None
        return self._written(found) if type(found) is str and found else None

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        value: Any = self.expression.evaluate(context)
        is_text = type(value) is str
        return buffer.write(self._written(value) if is_text else to_liquid_string(value, context.autoescape))

    def _written(self, value: str) -> str:
        if self.is_html:
            return escape(value)
        return value if value.isprintable() else value.translate(CONTROLS)


class Output(output.Output):
    """`{{ ... }}` in a template."""

    node_class = OutputNode

    def parse(self, stream: TokenStream) -> OutputNode:
        """Parse an output, and note whether it stands in HTML."""
        node: Any = super().parse(stream)
        node.is_html = self.env.autoescape
        return node  # type: ignore[no-any-return]


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
