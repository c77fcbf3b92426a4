"""Writing a world to a folder: the files as the platforms export them, and the truth beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.world.block import Block
from quanyu.world.export import dirt
from quanyu.world.export.ads import write_ads
from quanyu.world.export.assortment import write_assortment
from quanyu.world.export.behaviour import write_behaviour
from quanyu.world.export.member import write_members
from quanyu.world.export.platform import write_douyin, write_jd, write_shopify, write_taobao, write_youzan
from quanyu.world.export.writer import Folder
from quanyu.world.lettering import Ints
from quanyu.world.trace import placement, traffic
from quanyu.world.truth import cause, sale
from quanyu.world.world import BY_BLOCK, World

BLOCK_FILES = (
    write_taobao,
    write_jd,
    write_douyin,
    write_youzan,
    write_shopify,
    write_members,
    write_behaviour,
)


def export(
    world: World, folder: Path | str, progress: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Write what the platforms would export into `folder/files` and the truth into `folder/truth`.

    Files are overwritten; the same world gives the same bytes. `progress` is told blocks done and all blocks.
    Returns the files written.
    """
    root = Path(folder)
    files, beside = Folder(root / "files"), Folder(root / "truth")
    if world.setting.before is None:  # later the items are the same
        write_assortment(files, world.setting)
    claims = traffic.no_claims(world.shop)
    totals = np.zeros((len(sale.LAYOUTS), len(sale.TOTALS)), dtype=np.int64)
    caused = np.zeros((2, len(world.setting.causes)), dtype=np.int64)
    for block in world.blocks():
        for write in BLOCK_FILES:
            write(files, world.setting, block)
        for name, make in BY_BLOCK.items():
            beside.parquet(f"{name}.parquet", make(block))
        claims, totals, caused = (
            claims + block.claims,
            totals + sale.totals_of(block),
            caused + _caused(block),
        )
        if progress:
            progress(block.number + 1, world.shop.n_blocks)
    placements = placement.place(world.setting, claims)
    write_ads(files, world.setting, placements)
    written = files.close() + beside.close()
    people = pq.read_table(root / "truth" / "campaign_people.parquet")
    tables = {
        "totals": sale.totals_truth(totals),
        "channels": cause.channels_truth(world.setting, placements, caused[0], caused[1]),
        "media": cause.media_truth(world.setting),
        "campaigns": cause.campaigns_truth(world.setting, people),
        "items": cause.items_truth(world.setting),
        "calendar": cause.calendar_truth(world.setting),
        "dirty": dirt.log(files.dirt),
    }
    return written + [_write(root / "truth" / f"{name}.parquet", table) for name, table in tables.items()]


def _caused(block: Block) -> Ints:
    """Return orders and net fen by cause."""
    cause, n = block.orders.cause, len(block.causes)
    return np.array(
        [np.bincount(cause, minlength=n), np.bincount(cause, block.orders.net, minlength=n)]
    ).astype(np.int64)


def _write(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path)
    return path
