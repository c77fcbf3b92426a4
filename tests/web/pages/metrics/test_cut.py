"""What is chosen stands in the address, whatever a slice is called."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from quanyu.measure.metric.explore import Cut, Known
from quanyu.web.pages.metrics.cut import chosen_cut, written
from quanyu.web.view import View

NAMES = ("taobao", "Korea, Republic of", "100%", "a&b=c", "%2C")
KNOWN = Known({"channel": NAMES, "region": ("上海",)}, True)


def look(known: Known = KNOWN, **query: str) -> Cut:
    return chosen_cut(View(cast(Any, None), cast(Any, None), "en", "/metrics", query), known)


@pytest.mark.parametrize("chosen", [NAMES[:1], NAMES[1:3], NAMES])
def test_an_address_leads_back_to_the_slices_that_were_chosen(chosen: tuple[str, ...]) -> None:
    view = View(cast(Any, None), cast(Any, None), "en", "/metrics", {})
    address = view.link(channel=written(chosen))
    (channel,) = parse_qs(urlsplit(address).query)["channel"]
    assert look(channel=channel) == Cut(("channel",), (("channel", chosen),))


def test_what_cannot_be_told_is_not_asked() -> None:
    assert look(dimension="region", second="channel").by == ("region", "channel")
    assert look(second="channel").by == look(second="shoes").by == ("channel",)
    assert look(Known(KNOWN.slices, False), second="region").by == ("channel",)
    assert look(channel="nowhere", new_old="new") == Cut(("channel",))
    assert look(Known({}, False), channel="taobao") == Cut(())
