"""Values as people write them: figures, times, identifiers; what is certain is read, the rest says why not."""

from quanyu.collect.value import careful, cleaning, identifier, key, reader, word

__all__ = ["careful", "cleaning", "identifier", "key", "reader", "word"]
