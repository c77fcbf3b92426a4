"""What all records of the ledger stand on: the database, its transactions, and how values are kept."""

from quanyu.ledger.store import schema
from quanyu.ledger.store.once import insert_once
from quanyu.ledger.store.session import Ledger, Scope, reading, writing

__all__ = ["Ledger", "Scope", "insert_once", "reading", "schema", "writing"]
