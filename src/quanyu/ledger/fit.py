"""Records of fits: what a method learned, from which data, and how; the same fit is kept once."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

import sqlalchemy as sa

from quanyu.ledger.document import Document, as_kept, to_json
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing

FITS = sa.Table(
    "fits",
    schema.METADATA,
    schema.text("fit_id", primary_key=True),
    schema.text("method"),
    schema.json("spec"),
    schema.json("window"),
    schema.json("parameters"),
    schema.json("inputs"),
    schema.json("diagnostics"),
    schema.whole("n_scans"),
    schema.whole("seed"),
    schema.time("fitted_at"),
    sa.Index(None, "method", "fitted_at"),
)

IDENTIFYING = ("method", "spec", "window", "parameters", "inputs", "seed")


@dataclass(frozen=True)
class KeptFit:
    """One fit of one method.

    `window` is the data window, `inputs` the versions of the tables read, `diagnostics` what to look at
    before trusting it. Equal fits are one fit: `fit_id` leaves out the time, the scans and the diagnostics.

    >>> moment = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
    >>> first = KeptFit("lifetime", moment, spec={"horizon_days": 365}, parameters={"r": 0.24})
    >>> first.fit_id
    '65fcf2f0a3dd48d6'
    """

    method: str
    fitted_at: dt.datetime
    spec: Document = field(default_factory=dict)
    window: Document = field(default_factory=dict)
    parameters: Document = field(default_factory=dict)
    inputs: Document = field(default_factory=dict)
    diagnostics: Document = field(default_factory=dict)
    n_scans: int = 0
    seed: int = 0

    @property
    def fit_id(self) -> str:
        """Sixteen hexadecimal digits of the SHA-256 of what identifies the fit, as JSON."""
        content = to_json(as_kept({name: getattr(self, name) for name in IDENTIFYING}))
        return hashlib.sha256(content.encode("ascii")).hexdigest()[:16]


def keep_fit(scope: Scope, fit: KeptFit) -> str:
    """Keep a fit and return its id; one that is kept already stays as it is, with its first time."""
    fit_id = fit.fit_id
    with writing(scope) as connection:
        insert_once(connection, FITS, [{"fit_id": fit_id, **vars(fit)}])
    return fit_id


def find_fit(scope: Scope, fit_id: str) -> KeptFit | None:
    """Return the fit with an id, None when there is none."""
    return next(iter(_read(scope, sa.select(FITS).where(FITS.c.fit_id == fit_id))), None)


def list_fits(scope: Scope, *, method: str = "", limit: int = 100) -> list[KeptFit]:
    """Return the newest fits, newest first; of one method where named."""
    wanted = sa.select(FITS).order_by(FITS.c.fitted_at.desc(), FITS.c.fit_id).limit(limit)
    return _read(scope, wanted.where(FITS.c.method == method) if method else wanted)


def _read(scope: Scope, wanted: sa.Select[tuple[object, ...]]) -> list[KeptFit]:
    with reading(scope) as connection:
        rows = connection.execute(wanted).mappings().all()
    return [KeptFit(**{name: value for name, value in row.items() if name != "fit_id"}) for row in rows]
