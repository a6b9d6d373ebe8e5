"""A scenario as docs/scenario-format.md and docs/simulation.md read it: what is assumed, and which days suit whom."""
import collections, copy, datetime, functools, operator, tomllib, zoneinfo

import slots
from slots import KINDS, WEEKDAYS, Time, the_day

HORIZON = 730  # days 0 to 729 exist
SOON = 14  # days within which a day that suits everyone is worth waiting for
MONTHS = ("january", "february", "march", "april", "may", "june")
MONTHS += ("july", "august", "september", "october", "november", "december")
DURATIONS = {  # [least, likely, most] days, where the scenario says nothing
    "leader_response_days": [2, 7, 21],
    "meeting_lead_days": [7, 14, 30],
    "written_confirmation_days": [3, 10, 30],
    "application_review_days": [3, 7, 21],
    "session_notice_days": [14, 21, 45],
    "caucus_days": [1, 7, 21],
    "concern_days": [3, 7, 21],
    "rebooking_days": [7, 14, 28],
}
CHANCES = {
    "leader_declines": 0.05,
    "concern_raised": 0.3,
    "labor_adopts": 0.8,
    "management_adopts": 0.8,
    "session_postponed": 0.15,
    "session_cut_short": 0.05,
    "withdraws": 0.02,
}
SECOND = {  # what format 2 has besides, or instead
    "pace_spread": 0.25,
    "meeting_notice_days": 7,
    "session_notice_days": 14,
    "booking_delay_days": [0, 7, 28],
    "session_postponed_in": {"december": 0.2, "january": 0.25, "february": 0.25, "march": 0.2},
}
PERSONAL = ("also", "unavailable", "if_need_be", "available")  # the first that covers a slot decides
GOOD = ("labor_adopts", "management_adopts")  # the more, the better

Part = collections.namedtuple("Part", "kind name block minutes fixed")
Deadline = collections.namedtuple("Deadline", "name date margin")


def nth(year, month, weekday, n):
    """The n-th such weekday of a month, or the last for -1."""
    days = [datetime.date(year, month, 1) + datetime.timedelta(day) for day in range(31)]
    return [day for day in days if day.month == month and day.weekday() == weekday][n if n < 0 else n - 1]


@functools.cache
def holidays(year, county):
    """The legal holidays of Massachusetts. Those with a date move from a Sunday to the Monday."""
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)] + ([(3, 17), (6, 17)] if county == "suffolk" else [])
    if year >= 2021:
        fixed.append((6, 19))  # Juneteenth
    dates = [datetime.date(year, month, day) for month, day in fixed]
    moved = {day + datetime.timedelta(1) if day.weekday() == 6 else day for day in dates}
    ruled = [(1, 0, 3), (2, 0, 3), (4, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4)]
    return moved | {nth(year, month, weekday, n) for month, weekday, n in ruled}


def next_days(fits):
    """For each day, the first that fits from it on; HORIZON if there is none."""
    found = [HORIZON]
    for day in range(HORIZON - 1, -1, -1):
        found.append(day if fits(day) else found[-1])
    return found[::-1]


def assumptions(version, given):
    """The user's estimates, and the defaults where there are none."""
    if version == 1:
        return {name: given.get(name, default) for name, default in (DURATIONS | CHANCES).items()}
    known = DURATIONS | CHANCES | SECOND
    del known["meeting_lead_days"]
    names = {*known, "ratification_days"}
    if "session_postponed" in given:
        del known["session_postponed_in"]  # the same in all months, if the file doesn't say more
    return known | {name: value for name, value in given.items() if name in names}


def times_of(person, name):
    return [Time(entry) for entry in person.get(name, ())]


class Calendar:
    """The slots of each day, and which of them are open and suit a group."""

    def __init__(self, table, version, start):
        zone = zoneinfo.ZoneInfo(table.get("time_zone", "America/New_York"))
        calendar = table.get("calendar", {})
        layouts, self.minutes = (slots.half_days, 240) if version == 1 else (slots.quarters, 15)
        self.layouts = layouts(start, HORIZON, zone)
        self.dates = [start + datetime.timedelta(day) for day in range(HORIZON)]
        working, county = calendar.get("working_days", WEEKDAYS[:5]), calendar.get("county")
        self.closed = [Time(entry) for entry in calendar.get("closed", ())]
        self.hours = [Time(entry) for entry in calendar.get("hours", ["8:00-16:00"])]
        self.holiday = [date in holidays(date.year, county) for date in self.dates]
        office = self.without(self.always(slots.OFFICE), self.covered(self.closed, None))
        self.named = [WEEKDAYS[date.weekday()] in working for date in self.dates]
        self.working = [
            day and not holiday and any_slot > 0 for day, holiday, any_slot in zip(self.named, self.holiday, office)
        ]

    def always(self, hours):
        return [slots.within(layout, hours) for layout in self.layouts]

    def without(self, some, others):
        return [each & ~other for each, other in zip(some, others)]

    def covered(self, times, kind, only=None):
        """The slots of each day that any of the times covers, or on those days only."""
        found = [0] * HORIZON
        for time in times:
            if time.counts_for(kind):
                for day, date in enumerate(self.dates):
                    if (only is None or only[day]) and time.names(date):
                        found[day] |= slots.within(self.layouts[day], time.hours)
        return found

    def open(self, kind):
        everyday = self.covered([time for time in self.hours if time.any_day], kind, self.named)
        dated = self.covered([time for time in self.hours if not time.any_day], kind)
        held = [0 if holiday else one | other for holiday, one, other in zip(self.holiday, everyday, dated)]
        return self.without(held, self.covered(self.closed, kind))

    def person(self, person, kind):
        """The slots at which a person can't come, and those at which the person can come if need be."""
        also, away, need, at = (self.covered(times_of(person, name), kind) for name in PERSONAL)
        if any(time.counts_for(kind) for time in times_of(person, "available")):
            elsewhere = self.without(self.without(self.always(slots.WHOLE_DAY), at), need)
            away = list(map(operator.or_, away, elsewhere))
        away = self.without(away, also)
        return away, self.without(self.without(need, also), away)

    def suits(self, group, kind):
        """The slots that suit a group well, and those that suit it if need be."""
        well = fits = self.open(kind)
        for person in group:
            away, need = self.person(person, kind)
            fits = self.without(fits, away)
            well = self.without(self.without(well, away), need)
        return well, fits


class Scenario:
    """What a run needs to know, with the days that fit worked out beforehand."""

    def __init__(self, table, changes=()):
        self.version = table.get("version", 1)
        self.assumed = assumptions(self.version, table.get("assumptions", {}) | dict(changes))
        self.side = "likely"
        self.start = the_day(table["start"])
        self.read_deadlines(table)
        self.read_sessions(table)
        calendar = Calendar(table, self.version, self.start)
        self.slot = calendar.minutes
        self.work = next_days(lambda day: calendar.working[day])
        self.suits = {kind: calendar.suits(group, kind) for kind, group in self.groups(table["people"]).items()}
        if self.training_days:
            held = [date in self.training_days for date in calendar.dates]
            self.suits["training"] = [list(map(operator.mul, days, held)) for days in self.suits["training"]]
        self.tables = {}

    def read_deadlines(self, table):
        self.expires = the_day(table.get("contract_expires"))
        found = [] if self.expires is None else [Deadline("contract", self.expires, 0)]
        if self.version == 2:
            listed = table.get("deadlines", ())
            found += [Deadline(each["name"], the_day(each["on"]), each.get("margin_days", 0)) for each in listed]
        self.deadlines = sorted(found, key=lambda deadline: deadline.date)

    def read_sessions(self, table):
        """The minutes of each part, and the sessions that are already agreed."""
        sessions, training, facilitation = table.get("sessions", {}), 0, 16  # the first blocks
        self.meeting_notice = "meeting_notice_days"
        if self.version == 1:
            halves = table.get("format", "full_day") == "two_half_days"
            sessions = {"facilitation": [240, 240]} if halves else {}
            self.meeting_notice, facilitation = "meeting_lead_days", 1
        self.meeting = sessions.get("meeting", 240)
        self.training_days = {the_day(day) for day in sessions.get("training_days", ())}
        fixed = sessions.get("fixed", ())
        fixed = {(each["session"], each.get("part", 1)): (the_day(each["on"]) - self.start).days for each in fixed}
        self.parts = {}
        for kind, block in (("training", training), ("facilitation", facilitation)):
            minutes = sessions.get(kind, [480])
            names = [kind] if kind == "training" and len(minutes) == 1 else [f"{kind} {n + 1}" for n in range(len(minutes))]
            self.parts[kind] = [
                Part(kind, name, block + place, each, fixed.get((kind, place + 1)))
                for place, (name, each) in enumerate(zip(names, minutes))
            ]

    def groups(self, people):
        required = [person for person in people if person.get("required", True)]
        hosts = [person for person in people if person["role"] == "representative"]
        neutrals = [person for person in people if person["role"] == "neutral"]
        meeting = [person for person in required if person["role"] == "leader"] + (hosts or neutrals[:1])
        session = [person for person in required if "party" in person or person["role"] == "neutral"]
        return {kind: meeting if kind == "meeting" else session for kind in KINDS}

    def date(self, day):
        return self.start + datetime.timedelta(day)

    # Days.

    def fitting(self, kind, minutes):
        """For each day, the first from it on that suits the group well, and the first that suits it at all."""
        key = kind, -(-minutes // self.slot)
        if key not in self.tables:
            whole = [[slots.in_a_row(day, key[1]) for day in days] for days in self.suits[kind]]
            self.tables[key] = [next_days(days.__getitem__) for days in whole]
        return self.tables[key]

    def first(self, kind, minutes, start, taken=()):
        """The first day for a session from a day on, other than those that are taken."""
        found = []
        for table in self.fitting(kind, minutes):
            day = table[min(start, HORIZON)]
            while day < HORIZON and day in taken:
                day = table[day + 1]
            found.append(day)
        well, fits = found
        return well if well < min(start + SOON, HORIZON) else fits

    # Chances.

    def chance(self, name, day=None):
        """A chance, which can depend on the month of a day. Of a range, it is the value that this forecast is about."""
        value = self.assumed[name]
        if day is not None and "session_postponed_in" in self.assumed:
            value = self.assumed["session_postponed_in"].get(MONTHS[self.date(day).month - 1], value)
        if not isinstance(value, list):
            return value
        low, likely, high = value
        if self.side == "likely":
            return likely
        return low if (self.side == "pessimistic") == (name in GOOD) else high

    def ranged(self):
        """Whether any chance is a range."""
        values = [self.assumed[name] for name in CHANCES] + [*self.assumed.get("session_postponed_in", {}).values()]
        return any(isinstance(value, list) for value in values)

    def at(self, side):
        """The same scenario with each range at an end."""
        other = copy.copy(self)
        other.side = side
        return other


def read(path, changes=()):
    with open(path, "rb") as file:
        return Scenario(tomllib.load(file), changes)
