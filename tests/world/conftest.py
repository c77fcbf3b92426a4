"""A small simulated shop, exported once for all tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from quanyu.world import Shop, World, export, simulate

SHOP = Shop(people=3_000, days=400, seed=11, ends_on=date(2026, 11, 19))


@pytest.fixture(scope="session")
def world() -> World:
    return simulate(SHOP)


@pytest.fixture(scope="session")
def exported(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    export(world, folder)
    return folder
