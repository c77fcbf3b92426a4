"""One collector for each module of tests, and the clients that npm has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.collector.serving import Live, live


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("collector") / "shop") as served:
        yield served
