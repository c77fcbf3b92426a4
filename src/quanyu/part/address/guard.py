"""Addresses that a program inside the network must not be made to ask: nothing private, and only those that were looked at."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from quanyu.text import Sentence, Text

MAPPED = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
)
"""Addresses of IPv6 in which one of IPv4 hides."""


class BarredError(Exception):
    """The address leads where it must not; `is_passing` says that it could not be looked up."""

    def __init__(self, why: Text, is_passing: bool = False) -> None:
        super().__init__(why)
        self.why: Text = why
        self.is_passing = is_passing


def checked_address(url: str) -> tuple[str, list[str]]:
    """Return the host of an address and the numbers it stands for now, which alone are to be connected to, in their order.

    Raises `BarredError` where any of its numbers is private, of this machine or link, shared, or of several.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise BarredError(Sentence("an address begins with https://"))
    if parts.username or parts.password:
        raise BarredError(Sentence("an address holds no name and password"))
    try:
        port = parts.port or 443
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except ValueError:
        raise BarredError(Sentence("an address has a port up to 65535")) from None
    except (OSError, UnicodeError) as error:
        told = Sentence("the address cannot be looked up: {error}", error=str(error))
        raise BarredError(told, is_passing=True) from None
    numbers = list(dict.fromkeys(str(row[4][0]) for row in found))
    if not numbers or not all(is_public(number) for number in numbers):
        raise BarredError(Sentence("{host} is inside a network, not on the internet", host=parts.hostname))
    return parts.hostname, numbers


def is_public(number: str) -> bool:
    """Say whether a number of IP is one of the open internet.

    >>> [is_public(one) for one in ("1.1.1.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "100.64.0.1", "fd00::1")]
    [True, False, False, False, False, False]
    """
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        if any(address in network for network in MAPPED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
