"""Requests as Tencent Cloud signs them: TC3-HMAC-SHA256."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from quanyu.act.channel.sms.aliyun_signature import Key

ALGORITHM = "TC3-HMAC-SHA256"


@dataclass(frozen=True)
class Question:
    """What is asked of whom: the service and its host, the name and version of the action, the region."""

    service: str
    host: str
    action: str
    version: str
    region: str


def signed_headers(key: Key, asked: Question, body: bytes, at: dt.datetime) -> dict[str, str]:
    """Return the headers of a POST of JSON that asks a service for an action."""
    seconds, day = int(at.timestamp()), at.astimezone(dt.UTC).date().isoformat()
    kind = "application/json; charset=utf-8"
    lines, names = f"content-type:{kind}\nhost:{asked.host}\n", "content-type;host"
    canonical = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{asked.service}/tc3_request"
    whole = "\n".join([ALGORITHM, str(seconds), scope, hashlib.sha256(canonical.encode()).hexdigest()])
    seal = f"TC3{key.secret}".encode()
    for part in (day, asked.service, "tc3_request"):
        seal = hmac.digest(seal, part.encode(), "sha256")
    signature = hmac.new(seal, whole.encode(), hashlib.sha256).hexdigest()
    return {
        "Authorization": f"{ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}",
        "Content-Type": kind,
        "Host": asked.host,
        "X-TC-Action": asked.action,
        "X-TC-Timestamp": str(seconds),
        "X-TC-Version": asked.version,
        "X-TC-Region": asked.region,
    }
