"""Mail addresses as the wire takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,64}")
DOMAIN = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)


@dataclass(frozen=True)
class Address:
    """An address: what stands before the @, and the domain in lower case and ASCII letters."""

    local: str
    domain: str

    @property
    def is_ascii(self) -> bool:
        """Whether every mail server takes it; others need SMTPUTF8."""
        return self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def read_address(text: str) -> Address | None:
    """Return the address in a text; None where it is none that mail could go to.

    >>> str(read_address("Li.Lei@例子.中国")), read_address("a@b@c.cn"), read_address("a@shop.cn\\r\\nBcc: all@x.cn")
    ('Li.Lei@xn--fsqu00a.xn--fiqs8s', None, None)
    """
    local, at, domain = text.rpartition("@")
    if not at or not LOCAL.fullmatch(local) or local[0] == "." or local[-1] == "." or ".." in local:
        return None
    domain = domain.lower()
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    return Address(local, domain) if DOMAIN.fullmatch(domain) else None
