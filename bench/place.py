"""Who lives within a distance: `python -m bench.place [PEOPLE]`; 1 million people, cities of China, one in ten unknown.

The peer is one DuckDB statement over the same file that knows the names beforehand: `city IN (SELECT name FROM names)`.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.rule import expression, parse, typed
from quanyu.rule.asking import When
from quanyu.rule.place import circle
from quanyu.rule.place.gazetteer import gazetteer

RULES = ("city within 100 km of 成都", "city within 500 km of 上海", "not city within 100 km of 成都")


def least(act: Callable[[], object]) -> float:
    """Return the least milliseconds of CPU of five runs."""
    taken = []
    for _ in range(5):
        begun = time.process_time()
        act()
        taken.append(time.process_time() - begun)
    return min(taken) * 1000


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    begun = time.process_time()
    held = gazetteer()
    print(f"the list is read in {time.process_time() - begun:.2f} s of CPU, {len(held.names):,} names")
    home = [name for name, of in zip(held.names, held.of, strict=True) if held.countries[of] == "CN"]
    chance = random.Random(1)
    cities = [chance.choice(home) if chance.random() < 0.9 else None for _ in range(n)]
    with tempfile.TemporaryDirectory() as place:
        file = str(Path(place) / "people.parquet")
        pq.write_table(pa.table({"city": cities}), file)
        engine, plain = ibis.duckdb.connect(), duckdb.connect()
        people = engine.read_parquet(file)
        kinds = dict(people.schema().items())
        for rule in RULES:
            claim = expression(typed(parse(rule), kinds), people.__getitem__, When(country="CN"))
            asked = least(lambda claim=claim: engine.to_pyarrow(people.filter(claim).count()))  # type: ignore[misc]
            of, km = ("成都", 100.0) if "成都" in rule else ("上海", 500.0)
            names = sorted(circle(of, km, "CN").names)
            plain.register("names", pa.table({"name": names}))
            word = "NOT IN" if rule.startswith("not") else "IN"
            statement = f"SELECT count(*) FROM '{file}' WHERE lower(city) {word} (SELECT name FROM names)"
            by_hand = least(lambda statement=statement: plain.sql(statement).fetchall())  # type: ignore[misc]
            ratio = f"{asked / by_hand:.2f} of the statement by hand"
            print(f"{rule:32} {len(names):6,} names  {asked:6.1f} ms of CPU, {ratio}")


if __name__ == "__main__":
    main()
