"""Templates: Liquid in a sandbox, parsed once, with errors that say which variable, filter or tag and where."""

from quanyu.act.content.template.parsed import compared_in, names_in, nested, render
from quanyu.act.content.template.voice import Voice

__all__ = ["Voice", "compared_in", "names_in", "nested", "render"]
