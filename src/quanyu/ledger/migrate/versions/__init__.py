"""The revisions of the ledger, oldest first."""
