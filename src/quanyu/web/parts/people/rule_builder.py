"""Build a rule by choosing: its conditions as cards, and a picker of one more; the text beside it says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from quanyu.errors import QuanyuError, RuleError
from quanyu.rule import parse, printed
from quanyu.rule.tree import Node
from quanyu.text import Text
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault
from quanyu.web.parts.people.alternative import Groups, added, groups_of, tree_of, turned, without
from quanyu.web.parts.people.column import column_heads
from quanyu.web.parts.people.condition import condition_in_words
from quanyu.web.parts.people.kind import FIELD, KINDS, Make
from quanyu.web.view import View

JOINTS: Mapping[Text, tuple[Text, Mapping[str, bool]]] = {
    "and": ("Add: this must hold as well", {}),
    "or": ("Add: this or the last condition must hold", {"is_alternative": True}),
    "and not": ("Add: this must not hold", {"is_opposite": True}),
}
"""How one more condition is added: what the button is called, what it does."""


def rule_builder(view: View, field: ui.textarea) -> None:
    """Place the builder of the rule in a field: it shows what stands there, and writes there what is chosen."""
    _Builder(view, field).place()


@dataclass
class _Builder:
    """The conditions of a field and the picker of one more."""

    view: View
    field: ui.textarea

    def place(self) -> None:
        view = self.view
        self.cards = ui.element("div").classes("conditions").props("role=list tabindex=-1")
        self.cards.props["aria-label"] = view.say("Conditions")
        kinds = {name: view.say(label) for name, (label, _) in KINDS.items()}
        label = view.say("Add a condition")
        with ui.element("div").classes("one-more").props(f'role=group aria-label="{label}"'):
            put(tag("h3", label))
            kind = ui.select(kinds, value="did", label=view.say("What kind")).props(f"{FIELD} data-name=kind")
            self.fields = ui.element("div").classes("choices fields")
            with ui.element("div").classes("choices"):
                for joint, (title, how) in JOINTS.items():
                    button(f"+ {view.say(joint)}", partial(self.add, **how), title=view.say(title))
                button(view.say("Begin anew"), lambda: self.write(()))
            self.said = ui.element("div").props("role=status")
        kind.on_value_change(lambda: self.choose(str(kind.value)))
        self.field.on_value_change(self.show)
        self.choose("did")
        self.show()

    def choose(self, kind: str) -> None:
        """Place the fields of a kind."""
        self.fields.clear()
        with self.fields:
            self.make: Make = KINDS[kind][1](self.view)

    def groups(self) -> Groups:
        """Return the conditions that stand in the field; raise `RuleError` for text that is no rule."""
        return groups_of(parse(str(self.field.value or "")))

    def add(self, *, is_alternative: bool = False, is_opposite: bool = False) -> None:
        """Write one more condition."""
        self.said.clear()
        with self.said:
            try:
                groups = added(self.groups(), self.make(), is_alternative=is_alternative)
                self.write(turned(groups, len(groups) - 1, len(groups[-1]) - 1) if is_opposite else groups)
            except QuanyuError as error:
                fault(self.view, error)

    def write(self, groups: Groups) -> None:
        """Write conditions into the field."""
        self.field.value = printed(tree_of(groups)) if groups else ""

    def show(self) -> None:
        """Show the conditions of the field as cards."""
        view = self.view
        self.cards.clear()
        with self.cards:
            try:
                groups = self.groups()
            except RuleError:
                put(
                    tag(
                        "p", view.say("The text is no rule yet: mend it, or begin anew."), class_="note muted"
                    )
                )
                return
            if not groups:
                put(
                    tag(
                        "p",
                        view.say("No condition yet: this would be everybody. Add one below, or write one."),
                        class_="note muted",
                    )
                )
            for place, group in enumerate(groups):
                self.card(groups, place, group)

    def card(self, groups: Groups, place: int, group: tuple[Node, ...]) -> None:
        """Place what must hold: a condition, or alternatives of which one must."""
        view, heads = self.view, column_heads(self.view)
        if place:
            put(tag("div", view.say("and"), class_="joint"))
        with ui.element("div").classes("condition").props("role=listitem"):
            for n, condition in enumerate(group):
                if n:
                    put(tag("div", view.say("or"), class_="joint"))
                with ui.element("div").classes("choices"):
                    said = condition_in_words(view, heads, condition)
                    put(tag("span", said, title=printed(condition)), "span", "words")
                    self.change(
                        view.say("not"),
                        view.say("Say the opposite: {what}", what=said),
                        turned(groups, place, n),
                    )
                    self.change("×", view.say("Remove: {what}", what=said), without(groups, place, n))
            if len(group) > 1:
                self.change(
                    view.say("none of these"), view.say("None of these must hold"), turned(groups, place)
                )

    def change(self, label: str, title: str, groups: Groups) -> None:
        """Place a button that writes other conditions."""
        button(label, lambda: self.write(groups), title=title)


__all__ = ["rule_builder"]
