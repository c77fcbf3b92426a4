"""Write every text that is shown into the catalogues, and take out what is shown no more: `make texts`."""

from __future__ import annotations

from docs.texts.catalogues import LOCALE, update
from docs.texts.extract import lost, texts

if __name__ == "__main__":
    untold = update(LOCALE, texts())
    for place in lost():
        print(f"{place} is shown; let it be a Text")
    for text, place in untold.items():
        print(f"{place}: {text!r} has no translation yet")
