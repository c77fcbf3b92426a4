"""What stands out on the first screen leads to the people or the figures behind it."""

from __future__ import annotations

import pytest

from quanyu.plan.advice import RULES
from quanyu.rule import parse
from quanyu.tables.metric.catalogue import metric
from quanyu.web.page import pages
from quanyu.web.pages.home.overview import BEHIND


@pytest.mark.parametrize("about", RULES)
def test_every_sentence_leads_to_a_screen_that_knows_it(about: str) -> None:
    path, query = BEHIND[about]
    assert path in {page.path for page in pages()}
    if "rule" in query:
        parse(query["rule"])
    if "metric" in query:
        assert metric(query["metric"]).name == query["metric"]
