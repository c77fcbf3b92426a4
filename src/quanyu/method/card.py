"""The card of a fit: everything needed to trust it, repeat it and apply it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from quanyu.ledger import KeptFit

_ANY_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Inconclusive:
    """A method could not answer, and why. It is false in a condition and holds no numbers.

    >>> bool(Inconclusive("no buyers in the window"))
    False
    """

    reason: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"Inconclusive: {self.reason}"


@dataclass(frozen=True)
class Fit:
    """A fitted method: specification, parameters, data window (first, last day), table versions, scans, seed.

    >>> fit = Fit("Rfm", {"cut": "median"}, {"high": {"recency_days": 51}}, seed=7)
    >>> Fit.from_json(fit.to_json()) == fit
    True
    """

    method: str
    spec: Mapping[str, Any]
    parameters: Mapping[str, Any]
    window: tuple[dt.date | None, dt.date | None] = (None, None)
    versions: Mapping[str, int] = field(default_factory=dict)
    scans: int = 0
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def fit_id(self) -> str:
        """The hash that the ledger keeps the fit under: of all but scans and diagnostics."""
        return self.kept(_ANY_TIME).fit_id

    def kept(self, fitted_at: dt.datetime) -> KeptFit:
        """Return the record that the ledger keeps, fitted at an aware time."""
        return KeptFit(
            self.method,
            fitted_at,
            spec=self.spec,
            window={"first": self.window[0], "last": self.window[1]},
            parameters=self.parameters,
            inputs=self.versions,
            diagnostics=self.diagnostics,
            n_scans=self.scans,
            seed=self.seed,
        )

    def to_json(self) -> str:
        """Return the card as JSON text with sorted keys: equal fits give equal bytes."""
        record = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        return json.dumps(plain(record | {"fit_id": self.fit_id}), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Fit:
        """Return the fit that `to_json` wrote."""
        record = json.loads(text)
        record.pop("fit_id", None)
        first, last = (dt.date.fromisoformat(day) if day else None for day in record.pop("window"))
        return cls(window=(first, last), **record)

    def __str__(self) -> str:
        return "\n".join(f"{name:<{_WIDTH}}{value}" for name, value in self._rows())

    def _repr_html_(self) -> str:
        rows = (
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
            for name, value in self._rows()
        )
        return f"<table>{''.join(rows)}</table>"

    def _rows(self) -> Iterable[tuple[str, str]]:
        yield (
            "method",
            f"{self.method}({', '.join(f'{name}={value!r}' for name, value in self.spec.items())})",
        )
        yield "fit", self.fit_id
        yield "window", " to ".join(str(day or "...") for day in self.window)
        yield "tables", ", ".join(f"{name} v{number}" for name, number in self.versions.items())
        yield "scans, seed", f"{self.scans}, {self.seed}"
        yield from (
            (name, _short(value)) for name, value in ({**self.parameters, **self.diagnostics}).items()
        )


_WIDTH = 18


def _short(value: Any) -> str:
    text = json.dumps(plain(value, digits=6), ensure_ascii=False)
    return text if len(text) < 200 else f"{text[:197]}..."


def plain(value: Any, digits: int = 0) -> Any:
    """Return a value as JSON can hold it, floats rounded to so many significant digits (0: as they are).

    >>> plain({"share": 1 / 3, "cuts": (1, 2)}, digits=3)
    {'share': 0.333, 'cuts': [1, 2]}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(part, digits) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, digits) for part in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist(), digits)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return float(f"{float(value):.{digits}g}") if digits else float(value)
    return value
