"""The description of the API, OpenAPI 3.1: made from the actions, as the routes are."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from quanyu.api.route.problem import TYPE
from quanyu.part.action import Action, actions, schema_of
from quanyu.text import Language, translate

PREFIX = "/api"
REFUSALS = {
    "400": "What was sent is not what this takes",
    "401": "No key, or one that is not valid",
    "403": "The role of the key may not",
    "404": "There is no such thing",
    "409": "A request with this Idempotency-Key is at work or was cut off",
    "413": "Too large",
    "415": "Not application/json",
    "422": "It cannot be done as things are",
    "429": "Too many requests",
    "503": "It cannot be done at present; try again",
}


@cache
def openapi(language: Language = "en") -> dict[str, Any]:
    """Return the document: every action with what it takes and gives, its role and its problems."""
    takes, gives, shapes = schema_of(actions(), "#/components/schemas/{model}")
    shapes["Problem"] = PROBLEM
    paths: dict[str, Any] = {
        f"{PREFIX}/v1/{one.name}": {"post": _operation(one, takes[one.name], gives[one.name], language)}
        for one in actions()
    }
    paths[f"{PREFIX}/v1/files/{{name}}"] = _files()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Quanyu", "version": version("quanyu"), "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": shapes,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "qy_..."}},
        },
        "security": [{"key": []}],
    }


ABOUT = (
    "Every ability of Quanyu, one address each. Keys: `quanyu key add NAME --role analyst`. What changes something takes an "
    "`Idempotency-Key`: with the same key it is done once. Long lists are read page by page: `next` of one is `after` of the next."
)
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457); hint is the next thing to do.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail"],
}
ONCE: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Asked again with the same key and body, the same answer comes and nothing is done twice; kept for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def _operation(action: Action, takes: Any, gives: Any, language: Language) -> dict[str, Any]:
    return {
        "operationId": action.name,
        "summary": translate(action.label, language),
        "description": f"Needs the role {action.role}. {'Changes something.' if action.writes else 'Changes nothing.'}",
        "tags": ["writes" if action.writes else "reads"],
        "x-role": action.role,
        "parameters": [ONCE] if action.writes else [],
        "requestBody": {
            "required": bool(action.needs),
            "content": {"application/json": {"schema": takes}},
        },
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": gives}}},
            **_refusals(*REFUSALS),
        },
    }


def _refusals(*statuses: str) -> dict[str, Any]:
    content = {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": REFUSALS[status], "content": content} for status in statuses}


def _files() -> dict[str, Any]:
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$"},
    }
    anything = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {
        "parameters": [name],
        "put": {
            "operationId": "put_file",
            "summary": "Hand over a file that an action is to read; kept for a day.",
            "x-role": "marketer",
            "requestBody": {"required": True, "content": anything},
            "responses": {
                "204": {"description": "Kept"},
                **_refusals("400", "401", "403", "413", "429", "503"),
            },
        },
        "get": {
            "operationId": "get_file",
            "summary": "Fetch a file that an action wrote.",
            "x-role": "analyst",
            "responses": {
                "200": {"description": "The file", "content": anything},
                **_refusals("400", "401", "403", "404", "429", "503"),
            },
        },
    }
