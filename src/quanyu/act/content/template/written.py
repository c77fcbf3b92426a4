"""Filters that write values as people read them: money, days, numbers and names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from liquid.exceptions import FilterArgumentError
from liquid.filter import with_environment

from quanyu import figure
from quanyu.text import Sentence, Text, translate

if TYPE_CHECKING:
    from quanyu.act.content.template.environment import Sandbox

DIRECTIVES = re.compile(r"(?:[^%]|%-?[YmdeHIMSpyAaBbj%])*")
"""What a pattern of a date may hold: no width, which could ask for a gigabyte of blanks."""
COMPOUND = frozenset((
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊", "赫连",
    "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于",
    "司空", "令狐", "百里", "呼延", "东郭", "南门", "拓跋", "西门",
))  # fmt: skip
"""Chinese family names of two characters."""
SALUTATIONS: Mapping[str, Text] = {"female": "Ms {name}", "male": "Mr {name}"}


@with_environment
def money(value: object, digits: object = 2, *, environment: Sandbox) -> str:
    """Write an amount in the money of the shop: `{{ order.amount | money }}`."""
    return figure.money(_number(value), environment.voice.currency, digits=_digits(digits))


def number(value: object, digits: object = 0) -> str:
    """Write a number with thousands: `{{ rfm.frequency | number }}`."""
    return f"{_number(value):,.{_digits(digits)}f}"


@with_environment
def day(value: object, form: object = "long", *, environment: Sandbox) -> str:
    """Write a day as people write it in the language of the shop; `short` leaves the year out."""
    moment = _moment(value, environment.voice.zone)
    return figure.day(moment.date(), environment.voice.language, has_year=form != "short")


@with_environment
def date(value: object, pattern: object = "%Y-%m-%d", *, environment: Sandbox) -> str:
    """Write a day or time by a pattern such as `%Y-%m-%d %H:%M`, in the time zone of the shop."""
    if not DIRECTIVES.fullmatch(str(pattern)) or len(str(pattern)) > 100:
        shown: Text = "a date has no {pattern!r}; use %Y %m %d %H %M %S %A %B and text"
        raise FilterArgumentError(Sentence(shown, pattern=str(pattern)[:40]), token=None)
    return _moment(value, environment.voice.zone).strftime(str(pattern))


def first_name(value: object) -> str:
    """Write what friends call somebody: 雷 of 李雷, Mary of MARY JONES."""
    name = str(value).strip()
    if _is_han(name):
        family = _family(name)
        return name[len(family) :] or name
    given = name.split(" ")[0]
    return given.capitalize() if given.isupper() or given.islower() else given


@with_environment
def salutation(value: object, sex: object = None, *, environment: Sandbox) -> str:
    """Write a name with respect, where the sex is known: 李女士 of 李雷, Ms Jones of Mary Jones; else the name alone."""
    name = str(value).strip()
    form = SALUTATIONS.get(str(sex)) if isinstance(sex, str) else None
    if form is None:
        return name
    if _is_han(name):
        return translate(form, "zh", name=_family(name))
    return translate(form, environment.voice.language, name=name.split(" ")[-1])


def _is_han(name: str) -> bool:
    return len(name) > 1 and all("\u4e00" <= char <= "\u9fff" or char == "·" for char in name)


def _family(name: str) -> str:
    return name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[:1]


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        said = Sentence("{value!r} is no number", value=str(value)[:40])
        raise FilterArgumentError(said, token=None) from None


def _digits(value: object) -> int:
    return min(max(int(_number(value)), 0), 6)


def _moment(value: object, zone: str) -> dt.datetime:
    """Return a day or time in a zone: the values of variables are ISO text once they were written down."""
    if isinstance(value, dt.datetime):
        moment = value
    elif isinstance(value, dt.date):
        moment = dt.datetime.combine(value, dt.time())
    else:
        try:
            moment = dt.datetime.fromisoformat(str(value).strip())
        except ValueError:
            said = Sentence("{value!r} is no day or time", value=str(value)[:40])
            raise FilterArgumentError(said, token=None) from None
    return moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment


WRITTEN: Mapping[str, Callable[..., Any]] = {
    function.__name__: function for function in (money, number, day, date, first_name, salutation)
}
