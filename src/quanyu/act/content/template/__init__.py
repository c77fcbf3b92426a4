"""Templates: Liquid in a sandbox, parsed once, with errors that say which variable, filter or tag and where."""

from quanyu.act.content.template.environment import sandbox
from quanyu.act.content.template.parsed import names_in, nested, render
from quanyu.act.content.template.voice import Voice

__all__ = ["Voice", "names_in", "nested", "render", "sandbox"]
