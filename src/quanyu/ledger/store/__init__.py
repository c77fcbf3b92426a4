"""What all records of the ledger stand on: the database, its transactions, and how values are kept."""

from quanyu.ledger.store.document import Document, as_kept, to_json
from quanyu.ledger.store.once import insert_once
from quanyu.ledger.store.schema import (
    METADATA,
    Words,
    id_column,
    json_column,
    text_column,
    time_column,
    whole_column,
)
from quanyu.ledger.store.session import Ledger, Scope, open_ledger, reading, writing

__all__ = [
    "METADATA",
    "Document",
    "Ledger",
    "Scope",
    "Words",
    "as_kept",
    "id_column",
    "insert_once",
    "json_column",
    "open_ledger",
    "reading",
    "text_column",
    "time_column",
    "to_json",
    "whole_column",
    "writing",
]
