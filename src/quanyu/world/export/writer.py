"""Writing of files as platforms write them: encoding, separator, preamble, broken rows, block after block."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from quanyu.world.export.dirt import Dirt, soil
from quanyu.world.lettering import Text

Columns = Mapping[str, Text]


@dataclass(frozen=True)
class Style:
    """How a platform writes its files. `always_quoted` puts every text in quotation marks."""

    encoding: str = "utf-8"
    delimiter: str = ","
    before: str = ""
    after: str = ""
    always_quoted: bool = True


GBK = Style("gb18030")
BOM = Style("utf-8-sig")
PLAIN = Style(always_quoted=False)


@dataclass
class Folder:
    """The folder being filled: files are opened with their first rows and stay open for the next block."""

    root: Path
    written: list[Path] = field(default_factory=list)
    dirt: list[Dirt] = field(default_factory=list)
    _parquet: dict[Path, Any] = field(default_factory=dict)

    def csv(self, name: str, columns: Columns, style: Style = PLAIN, dirt: tuple[Dirt, ...] = ()) -> None:
        """Append rows to a text file; broken rows go in with the first ones."""
        path, is_new = self._place(name)
        table = pa.table(dict(columns))
        if is_new:
            table = self._soil(name, table, dirt)
        rows = io.BytesIO()
        quoting = "all_valid" if style.always_quoted else "needed"
        options = pa.csv.WriteOptions(include_header=is_new, delimiter=style.delimiter, quoting_style=quoting)
        pa.csv.write_csv(table, rows, options)
        body = rows.getbuffer()
        with path.open("wb" if is_new else "ab") as file:
            if style.encoding == "utf-8" and not style.before and not style.after:
                file.write(body)
                return
            text = f"{style.before if is_new else ''}{bytes(body).decode()}{style.after}"
            file.write(text.encode(style.encoding if is_new else style.encoding.replace("-sig", "")))

    def parquet(self, name: str, table: pa.Table, dirt: tuple[Dirt, ...] = ()) -> None:
        """Append rows to a Parquet file."""
        path, is_new = self._place(name)
        if is_new:
            table = self._soil(name, table, dirt)
            self._parquet[path] = pq.ParquetWriter(
                path, table.schema, compression="zstd", compression_level=1
            )
        self._parquet[path].write_table(table)

    def close(self) -> list[Path]:
        """Finish every file and return what was written, in order."""
        for writer in self._parquet.values():
            writer.close()
        self._parquet.clear()
        return self.written

    def _place(self, name: str) -> tuple[Path, bool]:
        path = self.root / name
        if path in self.written:
            return path, False
        path.parent.mkdir(parents=True, exist_ok=True)
        self.written.append(path)
        return path, True

    def _soil(self, name: str, table: pa.Table, dirt: tuple[Dirt, ...]) -> pa.Table:
        dirt = tuple(fault for fault in dirt if table[fault.column].null_count < table.num_rows)
        if not dirt:
            return table
        self.dirt += [fault.into(name) for fault in dirt]
        return soil(table, dirt)
