"""How fast the console of a large shop answers: `python -m bench.web [PEOPLE]`; 1 million people.

The shop is that of `bench.turn` after one turn. A browser opens every page once, which reads what it shows; then the
page is asked for again, as often as `RUNS`, when nothing has to be recomputed. The bound is that of the console's
promise, 300 ms.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.conftest import FLAGS, Seen, Visit, chromium_path, serving

from bench.turn import loaded
from quanyu import loop

RUNS = 5
BOUND = 0.3
PAGES = (
    "/", "/data", "/data?part=quality", "/people", "/portraits", "/portraits?group=champions", "/value", "/channels", "/budget",
    "/audiences", "/metrics",
)  # fmt: skip


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        ws = loaded(Path(name), n)
        loop.run(ws)
        people = ws.warehouse.table("people")
        person = ws.warehouse.read(people.order_by("person_id").select("person_id").limit(1)).to_pylist()
        ws.close()
        with serving(ws.root) as base, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
            visit = Visit(browser.new_page(), base, Seen())
            visit.page.set_default_timeout(300_000)
            for path in (*PAGES, f"/people/{person[0]['person_id']}"):
                started = time.perf_counter()
                visit.open(path)
                first = time.perf_counter() - started
                again = [asked(base + path) for _ in range(RUNS)]
                middle = statistics.median(again)
                shown = "/people/{person_id}" if path.startswith("/people/") else path
                print(
                    f"{shown:<30} first {first:6.2f} s, again {middle * 1000:5.0f} ms (most {max(again) * 1000:5.0f} ms), "
                    f"{middle / BOUND:.2f} of the bound",
                    flush=True,
                )
            browser.close()


def asked(address: str) -> float:
    """Return the seconds until a page has answered whole."""
    started = time.perf_counter()
    with urllib.request.urlopen(address, timeout=300) as answer:
        answer.read()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
