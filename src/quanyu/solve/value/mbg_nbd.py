"""MBG/NBD: as BG/NBD, but a customer may leave right after the first purchase too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from quanyu.solve.value.bg_nbd import BgNbd


@dataclass(frozen=True)
class MbgNbd(BgNbd):
    """BG/NBD whose coin is tossed after the first purchase as well: k = x + 1.

    Batislam, Denizel and Filiztekin 2007, International Journal of Research in Marketing 24(3); Hoppe and Wagner
    2007. Customers without a repeat purchase can be gone, which BG/NBD rules out.

    >>> import numpy as np
    >>> at = np.array([0.0]), np.array([0.0]), np.array([39.0])
    >>> MbgNbd(0.525, 6.183, 0.891, 1.614).p_alive(*at).round(3).tolist()
    [0.389]
    """

    first_toss: ClassVar[int] = 1
