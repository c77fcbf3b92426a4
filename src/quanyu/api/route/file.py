"""Files that programs hand over before an action reads them, and fetch after one wrote them; kept for a day."""

from __future__ import annotations

import time
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from quanyu import ledger
from quanyu.api.public import TooLargeError
from quanyu.api.route.caller import Door, folder
from quanyu.api.route.problem import ApiError
from quanyu.api.settings import ApiSettings
from quanyu.ledger import Edit
from quanyu.part.role import Role, may
from quanyu.workspace import Workspace

RECORD = "files"
"""What handing over and fetching files is called in the audit log."""
DAY = 86_400
LONGEST = 200
"""Characters of a name."""


class Files:
    """Takes and gives files, each role its own."""

    def __init__(self, ws: Workspace, door: Door) -> None:
        self.ws, self.door = ws, door
        self.most = ws.settings.of(ApiSettings).file_megabytes * 1_000_000

    async def put(self, request: Request) -> Response:
        """Keep a file under a name, for actions that read files."""
        place = await run_in_threadpool(self._place, request, "marketer", "handed over")
        part, n = place.with_name(f".{place.name}.part"), 0
        try:
            with part.open("wb") as stream:
                async for chunk in request.stream():
                    n += len(chunk)
                    if n > self.most:
                        raise TooLargeError
                    stream.write(chunk)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
        return Response(status_code=204)

    async def get(self, request: Request) -> Response:
        """Give a file that an action wrote, or that was handed over."""
        place = await run_in_threadpool(self._place, request, "analyst", "fetched")
        if not place.is_file():
            raise ApiError("There is no file {name!r}.", name=place.name, status=404)
        return FileResponse(place, media_type="application/octet-stream", filename=place.name)

    def _place(self, request: Request, needed: Role, what: str) -> Path:
        key, _ = self.door.key_of(request)
        caller = self.door.caller(key)
        if not may(caller.role, needed):
            raise ApiError("The key {prefix} may not do this.", prefix=key.prefix, status=403)
        name = str(request.path_params["name"])
        if not 0 < len(name.encode()) <= LONGEST or name.startswith(".") or not name.isprintable():
            raise ApiError(
                "This cannot be the name of a file.",
                "Give letters, digits, - and _, such as orders.csv",
                status=400,
            )
        place = folder(self.ws, caller.role)
        tidy(place)
        with ledger.writing(self.ws.ledger) as connection:
            ledger.audited(connection, Edit(self.ws.now(), caller.who, RECORD, name, None, {"said": what}))
        return place / name


def tidy(place: Path) -> None:
    """Remove what has lain for a day."""
    for file in place.iterdir():
        if file.is_file() and time.time() - file.stat().st_mtime > DAY:
            file.unlink(missing_ok=True)
