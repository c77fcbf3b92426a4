"""Which class of program asked for a link or an image: a person's own, or one that looks in the person's stead."""

from __future__ import annotations

import re
from typing import Literal

Agent = Literal["person", "image_proxy", "private_proxy", "scanner", "head", "none"]
PROXIES: tuple[Agent, ...] = ("image_proxy", "private_proxy", "scanner", "head", "none")
"""Programs that fetch images whether or not anybody looks."""
SCANNERS: tuple[Agent, ...] = ("scanner", "head", "none")
"""Programs that follow links whether or not anybody clicks."""
CLASSES: tuple[tuple[Agent, str], ...] = (
    (
        "scanner",
        r"bot\b|crawl|spider|slurp|scan|preview|fetch|monitor|probe|proofpoint|mimecast|barracuda|trendmicro|symantec|"
        r"forcepoint|sophos|safelinks|urldefense|bitdefender|kaspersky|fortiguard|zscaler|virustotal|headless|phantomjs|"
        r"python-|aiohttp|curl/|wget|java/|go-http|okhttp|axios|libwww|httpclient|node-fetch|ruby|perl|powershell|scrapy",
    ),
    (
        "image_proxy",
        r"googleimageproxy|yahoomailproxy|ggpht|outlookimageproxy|mail\.ru|qqmailproxy|imageproxy",
    ),
    ("private_proxy", r"^mozilla/5\.0\s*$"),
)
"""By a word of what a program calls itself; Apple's private relay for mail says `Mozilla/5.0` and nothing else."""


def agent_of(user_agent: str, method: str = "GET") -> Agent:
    """Return the class of a program by what it calls itself and how it asks.

    >>> agent_of("Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)"), agent_of("Mozilla/5.0")
    ('image_proxy', 'private_proxy')
    >>> agent_of("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0"), agent_of("", "GET")
    ('person', 'none')
    """
    if method == "HEAD":
        return "head"
    said = user_agent.strip().lower()
    if not said:
        return "none"
    return next((name for name, words in CLASSES if re.search(words, said)), "person")
