from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from quanyu.ledger import KeptFit, as_kept, find_fit, keep_fit, list_fits

FINITE = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
DOCUMENTS = st.dictionaries(
    st.text(),
    st.recursive(FINITE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8),
)


def test_a_fit_comes_back_as_it_was(ledger, at):
    fit = KeptFit(
        "lifetime",
        at(0),
        spec={"horizon_days": 365},
        window={"since": "2010-12-01", "until": "2011-12-09"},
        parameters={"r": 0.1 + 0.2, "huge": 1e22, "tiny": 5e-324, "无": None},
        inputs={"orders": 3},
        diagnostics={"loss": 1.5},
        n_scans=7,
        seed=20261111,
    )
    fit_id = keep_fit(ledger, fit)
    found = find_fit(ledger, fit_id)
    assert found == fit
    assert isinstance(found.parameters["huge"], float)
    assert found.fit_id == fit_id
    assert find_fit(ledger, "0000") is None


def test_the_same_fit_is_kept_once_with_its_first_time(ledger, at):
    first = KeptFit("rfm", at(0), parameters={"cuts": (1, 2)}, diagnostics={"seconds": 1})
    again = replace(first, fitted_at=at(5), diagnostics={"seconds": 2})
    other = replace(first, fitted_at=at(6), seed=1)
    assert keep_fit(ledger, first) == keep_fit(ledger, again) != keep_fit(ledger, other)
    assert [(fit.fitted_at, fit.seed) for fit in list_fits(ledger, method="rfm")] == [(at(6), 1), (at(0), 0)]
    assert list_fits(ledger, method="lifetime") == []


@given(DOCUMENTS)
def test_the_id_survives_the_way_through_json(parameters):
    fit = KeptFit("any", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), parameters=parameters)
    assert replace(fit, parameters=as_kept(parameters)).fit_id == fit.fit_id


def test_the_id_does_not_depend_on_number_keys():
    fit = KeptFit("any", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), parameters={10: "a", 2: "b"})
    assert replace(fit, parameters={"2": "b", "10": "a"}).fit_id == fit.fit_id
