"""The API does what its description says, for every role: whatever fits is answered, whatever does not is refused."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from quanyu.api.route import application
from quanyu.part.action import Caller, action_named, perform
from quanyu.part.role import Role

CONFIG = {
    "generation": {"with-security-parameters": False, "allow-x00": False},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422", "503"]}
    },
}
"""What fits may still be refused as things are (422), but never as what does not fit (400)."""
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
N = 2
"""Requests of each kind for each operation and role; more were tried by hand."""


@pytest.mark.parametrize("role", get_args(get_args(Role)[0]))
def test_every_operation_keeps_its_description(make_workspace, monkeypatch, role: str) -> None:
    monkeypatch.setattr("quanyu.api.route.caller.MOST_FAILURES", 10**9)
    ws = make_workspace(api={"per_minute": 10**9})
    secret = perform(ws, action_named("add_key"), {"name": "test", "role": role}, Caller("test")).secret
    config = schemathesis.Config.from_dict(CONFIG)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", application(ws), config=config)

    @schema.auth()
    class Key:
        def get(self, case: Any, context: Any) -> str:
            return secret

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}

    faults = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in MODES if role == "owner" else MODES[:1]:

            @settings(
                max_examples=N,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def keeps(case: Any) -> None:
                case.call_and_validate()

            try:
                keeps()
            except BaseException as error:  # all of them are told at once
                faults[operation.label, mode.value] = "\n".join(
                    map(str, getattr(error, "exceptions", [error]))
                )
    assert not faults, faults
