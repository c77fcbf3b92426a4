"""What was proposed and approved. Owned by the stage decide; its tables come with the methods that fill them."""

from __future__ import annotations

from quanyu.tables.contract import Table

DECIDED: tuple[Table, ...] = ()
