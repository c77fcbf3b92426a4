"""Files of sources: what may stand in them, and errors that name the line; what is secret is told by none."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanyu.collect.pull import read_source
from quanyu.collect.pull.declare import DatabaseSource, HttpSource
from quanyu.errors import SettingError

DATABASE = 'layout = "orders"\nurl = "postgresql://reader:${PASSWORD}@db/shop"\ntable = "orders"\n'
SERVICE = 'layout = "orders"\nurl = "https://shop.example/orders.json"\nheaders = { Authorization = "Bearer ${PASSWORD}" }\n'


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PASSWORD", "s3cr:t@/")

    def read(text: str):
        (tmp_path / "till.toml").write_text(text, encoding="utf-8")
        return read_source(tmp_path / "till.toml")

    return read


def test_the_kind_of_a_source_is_that_of_its_address(read) -> None:
    database, service = read(DATABASE), read(SERVICE)
    assert isinstance(database, DatabaseSource) and isinstance(service, HttpSource)
    assert database.name == "till"
    assert database.url.get_secret_value() == "postgresql://reader:s3cr%3At%40%2F@db/shop"
    assert service.headers["Authorization"].get_secret_value() == "Bearer s3cr:t@/"


def test_what_is_secret_is_told_by_nothing(read) -> None:
    for source in (read(DATABASE), read(SERVICE)):
        assert "s3cr" not in repr(source) + str(source)
        assert source.told("it says s3cr:t@/ and s3cr%3At%40%2F") == "it says *** and ***"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DATABASE + 'tabel = "x"', "line 4: 'tabel' is 'x': there is no such entry; near it: 'table'"),
        (DATABASE + 'query = "SELECT 1"', "one of 'table' and 'query' is needed"),
        (DATABASE + 'timezone = "Europe/Berln"', "line 4: 'timezone' is 'Europe/Berln': .* near it: 'Europe/Berlin'"),
        (DATABASE + "batch = 0", "line 4: 'batch' is 0"),
        (DATABASE + 'pause = "often"', "line 4: 'pause' is 'often'"),
        (DATABASE + 'name = "../other"', "line 4: 'name' is '../other'"),
        (DATABASE.replace("PASSWORD", "NOT_SET"), "line 2: 'url' is \\*\\*\\*: the variable NOT_SET is not set"),
        ('url = "sqlite:///x"\ntable = "x"', "'layout' is None: it is needed"),
        (SERVICE + 'table = "x"', "line 4: 'table' is 'x': there is no such entry"),
        (SERVICE + 'since = "updated_at_min"', "'since' needs 'cursor'"),
        (SERVICE + 'next = { page = "p", url = "u" }', "one of 'page', 'offset', 'cursor' and 'url' is needed"),
        (SERVICE.replace('"Bearer ${PASSWORD}"', "7"), "line 3: 'headers.Authorization' is \\*\\*\\*"),
        ("layout = ", "is not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(read, text: str, words: str) -> None:
    with pytest.raises(SettingError, match=words) as told:
        read(text)
    assert "s3cr" not in str(told.value)


@pytest.mark.parametrize("url", ["postgresql://u:p4ssw0rd@h:port/x", "nosuch://u:p4ssw0rd@h/x", "p4ssw0rd"])
def test_an_address_that_is_none_is_told_without_its_password(embedded, read, url: str) -> None:
    from quanyu.collect.pull import pull

    with pytest.raises(SettingError) as told:
        pull(embedded, read(f'layout = "orders"\nurl = "{url}"\ntable = "x"\n'))
    assert "p4ssw0rd" not in str(told.value)
