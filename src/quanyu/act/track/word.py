"""What people write back when they want no more messages."""

from __future__ import annotations

import re
import unicodedata

_WHOLE = re.compile(
    r"(?:回复?)?(?:r|t|td|n|tt|rr|qx|0000|退|退订|退定|取消|取消订阅|拒收|拒绝|停|停止|stop|stopall|unsubscribe|unsub|cancel|end|quit|remove|optout)"
)
_WITHIN = re.compile(
    r"退订|退定|退訂|拒收|取消订阅|取消訂閱|(?:不要|别|勿)再?(?:给我)?(?:发|打扰|骚扰)|unsubscribe|opt[\s-]?out|stop\s+(?:sending|mailing|texting)",
    re.IGNORECASE,
)


def is_opt_out(text: str) -> bool:
    """Say whether a reply asks for no more messages: one of the usual words alone, or a phrase that says so.

    What it quotes of our own message, which offers to unsubscribe, does not count.

    >>> [is_opt_out(text) for text in (" r ", "ＴＤ", "回T退订", "请不要再发了", "Re: unsubscribe please", "STOP.")]
    [True, True, True, True, True, True]
    >>> [is_opt_out(text) for text in ("好的", "thanks", "Really?", "怎么退货", "")]
    [False, False, False, False, False]
    """
    own = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith((">", "＞")))
    plain = unicodedata.normalize("NFKC", own)
    bare = re.sub(r"[\W_]", "", plain).lower()
    return bool(_WHOLE.fullmatch(bare) or _WITHIN.search(plain))
