"""When each message of a campaign leaves, in the zone of its person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from quanyu.act.campaign.brief import Timing
from quanyu.act.gate import Hours, moment, zone_named
from quanyu.method.assignment import lot

MINUTE = 60


@dataclass
class Timetable:
    """The moments of a campaign that begins at `begin`: one per person, never before it, within the open hours.

    `hours` is None for messages that keep none. Moments of people in one zone who are alike are worked out once.
    """

    timing: Timing
    begin: dt.datetime
    hours: Hours | None
    home: ZoneInfo
    secret: str
    purpose: str
    _known: dict[tuple[str | None, int | None, int], dt.datetime] = field(default_factory=dict)

    def due(self, person_id: str, zone: str | None, hour: int | None) -> dt.datetime | None:
        """Return when a person's message leaves; None where that would be after the campaign ends."""
        minutes = self._minutes(person_id)
        key = (zone, hour if self.timing.when == "best_hour" else None, minutes)
        if key not in self._known:
            self._known[key] = self._moment(zone, key[1], minutes)
        due = self._known[key]
        ends = self.timing.ends_at
        return None if ends is not None and due >= _aware(ends, self.home) else due

    def _minutes(self, person_id: str) -> int:
        """Return by how many whole minutes a person's message is put off, drawn by lot."""
        whole = round(self.timing.spread_hours * MINUTE)
        return int(lot(person_id, self.purpose, self.secret) * whole) if whole else 0

    def _moment(self, zone_name: str | None, hour: int | None, minutes: int) -> dt.datetime:
        zone = zone_named(zone_name or "") or self.home
        first = self._first(zone)
        later = dt.timedelta(minutes=minutes)
        if hour is not None:
            return self._open(_at_hour(first, hour, zone) + later, zone)
        return self._open(first + later, zone)

    def _first(self, zone: ZoneInfo) -> dt.datetime:
        """Return the moment at which the campaign begins for people of a zone."""
        at = self.timing.at
        if self.timing.when != "at" or at is None:
            return self.begin
        asked = moment(at.date(), at.time(), zone) if self.timing.is_local else _aware(at, self.home)
        return max(asked, self.begin)

    def _open(self, at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        return self.hours.next(at, zone) if self.hours else at


def _aware(at: dt.datetime, home: ZoneInfo) -> dt.datetime:
    """Return a time as a moment; one without a zone is of the shop's."""
    return moment(at.date(), at.time(), home) if at.tzinfo is None else at.astimezone(dt.UTC)


def _at_hour(after: dt.datetime, hour: int, zone: ZoneInfo) -> dt.datetime:
    day = after.astimezone(zone).date()
    first = moment(day, dt.time(hour), zone)
    return first if first >= after else moment(day + dt.timedelta(days=1), dt.time(hour), zone)
