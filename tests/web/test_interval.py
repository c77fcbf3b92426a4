"""Effects with intervals: what stands out and what is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from quanyu.settings import Settings
from quanyu.web.parts.chart.palette import ACCENT, GHOST
from quanyu.web.parts.plot.interval import Whisker, forest, goes_on
from quanyu.web.view import View

DRAWN = [
    Whisker("转化", 0.12, 0.03, 0.22),
    Whisker("订单", 0.08, -0.02, 0.19),
    Whisker("收入", -0.1, -0.19, -0.01),
    Whisker("毛利", 0.3, None, None),
    Whisker("客单", None, None, None),
]


def test_effects_told_from_zero_stand_out_and_the_unbounded_are_not_drawn() -> None:
    ws: Any = SimpleNamespace(settings=Settings())
    option = forest(View(ws, None, "zh", "/", {}), DRAWN, "ratio")  # type: ignore[arg-type]
    for series in option["series"]:
        assert [one["value"] for one in series["data"]] == [
            [0.12, 0, 0.03, 0.22, 0.03, 0.22], [0.08, 1, -0.02, 0.19, -0.02, 0.19], [-0.1, 2, -0.19, -0.01, -0.19, -0.01],
        ]  # fmt: skip
        assert [one["itemStyle"]["color"] for one in series["data"]] == [ACCENT, GHOST, ACCENT]
    assert option["yAxis"]["data"] == [one.name for one in DRAWN]
    assert option["series"][1]["markLine"]["data"] == [{"xAxis": 0}]


def test_an_interval_that_says_hardly_anything_is_cut_and_its_ends_are_still_told() -> None:
    ws: Any = SimpleNamespace(settings=Settings())
    drawn = [Whisker("订单", 2.0, 0.5, 5.0), Whisker("毛利", 3.0, -20.0, 67.0)]
    option = forest(View(ws, None, "zh", "/", {}), drawn, "ratio")  # type: ignore[arg-type]
    values = [one["value"] for one in option["series"][0]["data"]]
    assert values == [[2.0, 0, 0.5, 5.0, 0.5, 5.0], [3.0, 1, -9.0, 9.0, -20.0, 67.0]]
    assert goes_on(drawn) and not goes_on(drawn[:1])
