"""Keys of programs that ask over the network."""

from quanyu.ledger.api_key.api_key import ApiKey, add_key, find_key, list_keys, revoke_key

__all__ = ["ApiKey", "add_key", "find_key", "list_keys", "revoke_key"]
