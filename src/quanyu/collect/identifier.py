"""Identifiers as the warehouse keeps them: `kind:value`, personal values as keyed hashes, as expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.collect.clean import unmasked

PERSONAL = ("phone", "email", "name", "address")
"""Kinds whose value never appears outside the columns that may hold it: a keyed hash stands for it."""
DONE = "^[a-z]+:[0-9a-f]{32}$"
OPEN = r"^[^:]+:[^*#$~][^*]*$"


@ibis.udf.scalar.builtin(name="sha256")  # type: ignore[untyped-decorator]
def _sha256(text: str) -> str:
    raise NotImplementedError


def phone(text: ir.StringValue) -> ir.StringValue:
    """Return a telephone number in E.164, +86 where the country is not said; null for what is none."""
    bare = text.re_replace(r"[\s\-().（）]", "")
    short = bare.re_replace(r"^(\+?86|0086)(1\d{10})$", r"\2")
    return ibis.cases(
        (short.re_search(r"^1[3-9]\d{9}$"), ibis.literal("+86") + short),
        (bare.re_search(r"^\+[1-9]\d{6,14}$"), bare),
        (bare.re_search(r"^00[1-9]\d{6,14}$"), ibis.literal("+") + bare.substr(2)),
        (bare.re_search(r"^0\d{9,11}$"), ibis.literal("+86") + bare.substr(1)),
        else_=ibis.null("string"),
    )


def email(text: ir.StringValue) -> ir.StringValue:
    """Return a mail address in small letters without blanks; null for what is none."""
    bare = text.lower().re_replace(r"\s", "")
    return bare.re_search(r"^[^@]+@[^@]+\.[^@.]+$").ifelse(bare, ibis.null("string"))


def name(text: ir.StringValue) -> ir.StringValue:
    """Return a name in small letters without blanks."""
    return text.lower().re_replace(r"\s", "")


NORMAL: Mapping[str, Callable[[ir.StringValue], ir.StringValue]] = {
    "phone": phone,
    "email": email,
    "name": name,
}


def pseudonym(secret: str, kind: str, value: ir.StringValue) -> ir.StringValue:
    """Return the expression of `quanyu.workspace.pseudonym`: the same 32 hexadecimal digits."""
    inner = _sha256(ibis.literal(f"{secret}{kind}:") + value)
    return _sha256(ibis.literal(secret) + inner).substr(0, 32)


def id_key(kind: str, text: ir.StringValue, secret: str) -> ir.StringValue:
    """Return `kind:value` for a cell; null where it is masked, missing or no such identifier.

    The kind `key` reads cells that say their kind themselves, such as `cookie:abc` or `phone:13800000000`.
    """
    if kind == "key":
        return _keyed(text, secret)
    seen = NORMAL.get(kind, lambda plain: plain)(unmasked(text))
    value = pseudonym(secret, kind, seen) if kind in PERSONAL else seen
    return ibis.literal(f"{kind}:") + value


def _keyed(text: ir.StringValue, secret: str) -> ir.StringValue:
    """Read a cell that says its kind: personal kinds are hashed (unless they are already), the others stay."""
    value = text.re_replace("^[^:]*:", "")
    hashed = [(text.startswith(f"{kind}:"), id_key(kind, value, secret)) for kind in PERSONAL]
    personal = text.re_search(DONE).ifelse(text, ibis.cases(*hashed, else_=ibis.null("string")))
    return ibis.cases(
        (text.re_search(f"^({'|'.join(PERSONAL)}):"), personal),
        (text.re_search(OPEN), text),
        else_=ibis.null("string"),
    )
