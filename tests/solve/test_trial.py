"""The length of a trial against simulated trials."""

from __future__ import annotations

import math

import numpy as np
import pytest

from quanyu.solve.trial import WASH_OUT, days_needed


def test_a_trial_of_the_needed_length_shows_the_effect_four_times_out_of_five() -> None:
    effect, noise = 3.0, 9.0
    n = round(days_needed(effect, noise) / WASH_OUT / 2) * 2
    rng = np.random.default_rng(1)
    on, off = rng.normal(effect, noise, (4_000, n // 2)), rng.normal(0, noise, (4_000, n // 2))
    z = (on.mean(axis=1) - off.mean(axis=1)) / (noise * 2 / np.sqrt(n))
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.03)


def test_no_effect_is_never_shown() -> None:
    assert days_needed(0.0, 5.0) == math.inf
