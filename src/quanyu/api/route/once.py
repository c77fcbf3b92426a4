"""Once: a request with an `Idempotency-Key` is carried out once, and asked again gets the same answer.

What is kept can be opened only by the secret of the key that asked together with the request's own key, of which the ledger
has neither: a secret or a phone that was answered stands nowhere in clear.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from quanyu import ledger
from quanyu.api.route.problem import ApiError
from quanyu.ledger import ApiKey, KeptAnswer
from quanyu.text import Text
from quanyu.workspace import Workspace

LONGEST = 255
"""Characters of a request's own key."""
AT_WORK = dt.timedelta(hours=1)
"""How long a request may be at work; of one that took longer nobody knows what came of it."""
NONCE = bytes(12)
"""Each seal is of one request, whose answer is sealed once."""
Told = tuple[int, bytes]
"""The status and the body of an answer."""


class UndoneError(Exception):
    """Nothing was done: the same request may be tried again. It holds the answer."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self.told = told


@dataclass(frozen=True)
class Once:
    """One request with a key of its own: what it asks for, and the seal of its answer."""

    answer_id: str
    asked: str
    seal: bytes

    @classmethod
    def of(cls, key: ApiKey, secret: str, name: str, asked: tuple[str, bytes]) -> Once:
        """Return a request of an API key; `asked` is the action and what it is given. Raises `ApiError` (400) for a bad key."""
        if not 0 < len(name) <= LONGEST:
            raise ApiError("An Idempotency-Key has 1 to {longest} characters.", longest=LONGEST, status=400)
        seal = hmac.digest(secret.encode(), b"answer\0" + name.encode(), hashlib.sha256)
        answer_id = hashlib.sha256(f"{key.prefix}\0{name}".encode()).hexdigest()
        return cls(
            answer_id,
            hmac.digest(seal, asked[0].encode() + b"\0" + canonical(asked[1]), hashlib.sha256).hex(),
            seal,
        )

    def answer(self, ws: Workspace, do: Callable[[], Told]) -> tuple[Told, bool]:
        """Do it, or return what was answered before; say whether it was. Raises `ApiError` (409, 422)."""
        before = ledger.begin_answer(ws.ledger, self.answer_id, self.asked, at=ws.now())
        if before is not None:
            return self._opened(before, ws.now()), True
        try:
            told = do()
        except UndoneError as error:
            ledger.forget_answer(ws.ledger, self.answer_id)
            return error.told, False
        sealed = base64.b64encode(ChaCha20Poly1305(self.seal).encrypt(NONCE, told[1], None)).decode("ascii")
        ledger.keep_answer(ws.ledger, self.answer_id, told[0], sealed, at=ws.now())
        return told, False

    def _opened(self, before: KeptAnswer, now: dt.datetime) -> Told:
        if not hmac.compare_digest(before.asked, self.asked):
            raise ApiError(
                "This Idempotency-Key was used for another request.",
                "Give every request a key of its own, and the same one only when you ask again.",
                status=422,
            )
        if before.answered_at is None:
            hint: Text = "Ask again in a moment."
            if now - before.begun_at > AT_WORK:
                hint = "It was cut off: look whether it happened before you ask with another key."
            raise ApiError("This request was begun and has no answer yet.", hint, status=409)
        try:
            body = ChaCha20Poly1305(self.seal).decrypt(NONCE, base64.b64decode(before.sealed), None)
        except InvalidTag:
            raise ApiError("The answer that was kept cannot be opened.", status=409) from None
        return before.status, body


def canonical(asked: bytes) -> bytes:
    r"""Return JSON with its names in order, so that the same request is the same however it was written.

    >>> canonical(b'{"b": 1, "a":2}') == canonical(b'{"a": 2,\n "b": 1}'), canonical(b"{")
    (True, b'{')
    """
    try:
        return json.dumps(json.loads(asked), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return asked
