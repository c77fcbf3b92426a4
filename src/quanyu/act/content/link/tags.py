"""UTM parameters: what an address says of the message that led to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

MEDIUMS: Mapping[str, str] = {"mail": "email", "wechat": "social", "wecom": "social", "call": "phone"}
"""What a channel is called as a medium, where that is not its own name."""
NAMED = re.compile(r"[?&](utm_\w+)=")


@dataclass(frozen=True)
class Tags:
    """What links of a message say of it: its channel, its campaign and its variant."""

    channel: str
    campaign: str = ""
    variant: str = ""

    @property
    def values(self) -> Mapping[str, str]:
        """The parameters by name."""
        return {
            "utm_source": self.channel,
            "utm_medium": MEDIUMS.get(self.channel, self.channel),
            "utm_campaign": self.campaign,
            "utm_content": self.variant,
        }

    def on(self, url: str) -> str:
        """Return an address with the parameters that it lacks; its query and fragment stay as they are.

        >>> Tags("mail", "spring", "A").on("https://shop.cn/a?b=1&utm_source=own#top")
        'https://shop.cn/a?b=1&utm_source=own&utm_medium=email&utm_campaign=spring&utm_content=A#top'
        """
        if not url.lower().startswith(("http://", "https://")):
            return url
        base, hash_sign, fragment = url.partition("#")
        has = set(NAMED.findall(base))
        new = [
            f"{name}={quote(value, safe='')}"
            for name, value in self.values.items()
            if value and name not in has
        ]
        if not new:
            return url
        sign = "" if base.endswith(("?", "&")) else "&" if "?" in base else "?"
        return f"{base}{sign}{'&'.join(new)}{hash_sign}{fragment}"
