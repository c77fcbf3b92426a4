"""How many mails a mailbox provider gets: so many a minute, and in the first weeks of a new sender a growing number a day."""

from __future__ import annotations

from functools import lru_cache

from quanyu.act.channel.provider import DAY, Quota
from quanyu.act.settings import MailSettings
from quanyu.workspace import Workspace

PROVIDERS = {
    "gmail": ("gmail.com", "googlemail.com"),
    "outlook": ("outlook", "hotmail", "live", "msn.com", "passport.com", "windowslive.com"),
    "yahoo": ("yahoo", "ymail.com", "rocketmail.com", "aol.com", "aim.com", "myyahoo.com"),
    "icloud": ("icloud.com", "me.com", "mac.com"),
    "qq": ("qq.com", "vip.qq.com", "foxmail.com"),
    "netease": ("163.com", "126.com", "yeah.net", "188.com", "netease.com", "vip.163.com", "vip.126.com", "vip.188.com"),
    "sina": ("sina.com", "sina.cn", "sina.com.cn", "vip.sina.com", "vip.sina.cn"),
    "sohu": ("sohu.com", "vip.sohu.com"),
    "aliyun": ("aliyun.com", "alibaba-inc.com"),
    "carriers": ("139.com", "189.cn", "wo.cn"),
    "gmx": ("gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "web.de", "mail.com"),
}  # fmt: skip
"""Large mailbox providers by the domains they serve; a word without a dot stands for every country's, such as yahoo.co.jp."""
GROUPS = {domain: group for group, domains in PROVIDERS.items() for domain in domains}
EVERY_OTHER = "*"


@lru_cache(maxsize=65_536)
def group_of(domain: str) -> str:
    """Return the provider that serves a domain; the domain itself where it is none of the large ones.

    >>> group_of("foxmail.com"), group_of("hotmail.co.uk"), group_of("shop.example")
    ('qq', 'outlook', 'shop.example')
    """
    return GROUPS.get(domain) or GROUPS.get(domain.partition(".")[0]) or domain


class Pace:
    """Says whether one more mail may go to a domain."""

    def __init__(self, ws: Workspace, settings: MailSettings) -> None:
        self.ws, self.settings, self.quota = ws, settings, Quota(ws)
        self.is_free = not settings.per_minute and not settings.warm_up_from

    def wait(self, domain: str) -> float:
        """Use one of what may go to a domain and return 0; the seconds to wait where nothing may."""
        if self.is_free:
            return 0.0
        group = group_of(domain)
        name = f"{self.settings.from_address} {group}"
        limit = self.settings.per_minute.get(group, self.settings.per_minute.get(EVERY_OTHER))
        waits = self.quota.wait(f"mail minute {name}", limit) if limit else 0.0
        most = self._today()
        if not waits and most is not None:
            waits = self.quota.wait(f"mail day {name}", most, DAY)
        return waits

    def _today(self) -> int | None:
        """Return how many a provider may get today while the sender is new, None once it is known."""
        begun, steps = self.settings.warm_up_from, self.settings.warm_up
        if begun is None:
            return None
        day = (self.ws.now().astimezone(self.ws.settings.zone).date() - begun).days
        return steps[max(day, 0)] if day < len(steps) else None
