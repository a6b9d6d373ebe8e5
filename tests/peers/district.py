"""A scenario as docs/simulation.md reads it: which days are open, and which suit whom."""
import datetime, functools, tomllib, zoneinfo

HORIZON = 730  # days 0 to 729 exist
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HALVES = ("morning", "afternoon")
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


def the_day(value):
    return datetime.date.fromisoformat(value) if isinstance(value, str) else value


def covers(entry, day, half):
    """Whether an entry of unavailable times or closed ranges covers a half-day."""
    if isinstance(entry, str) and entry in WEEKDAYS:
        return WEEKDAYS[day.weekday()] == entry
    if not isinstance(entry, dict):
        return the_day(entry) == day
    first, last = the_day(entry.get("from", day)), the_day(entry.get("to", day))
    return (
        first <= day <= last
        and the_day(entry.get("on", day)) == day
        and entry.get("weekday", WEEKDAYS[day.weekday()]) == WEEKDAYS[day.weekday()]
        and entry.get("half", half) == half
    )


def exists(day, zone):
    """Whether the clocks show 08:00 on a day."""
    local = datetime.datetime.combine(day, datetime.time(8), zone)
    return local.astimezone(datetime.timezone.utc).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


def next_days(fits):
    """For each day, the first that fits from it on; HORIZON if there is none."""
    found = [HORIZON]
    for day in range(HORIZON - 1, -1, -1):
        found.append(day if fits(day) else found[-1])
    return found[::-1]


class Scenario:
    """What a run needs to know, with the days that fit worked out beforehand."""

    def __init__(self, table, changes=()):
        assumed = DURATIONS | CHANCES | table.get("assumptions", {}) | dict(changes)
        self.assumed = {name: assumed[name] for name in [*DURATIONS, *CHANCES]}
        self.start = the_day(table["start"])
        expires = table.get("contract_expires")
        self.deadline = None if expires is None else (the_day(expires) - self.start).days
        self.halves = table.get("format", "full_day") == "two_half_days"
        self.calendar = table.get("calendar", {})
        self.zone = zoneinfo.ZoneInfo(table.get("time_zone", "America/New_York"))
        people = table["people"]
        required = [person for person in people if person.get("required", True)]
        host = "representative" if any(person["role"] == "representative" for person in people) else "neutral"
        leaders = [person for person in required if person["role"] == "leader"]
        meeting = self.suits(leaders + [person for person in people if person["role"] == host])
        session = self.suits([person for person in required if "party" in person or person["role"] == "neutral"])
        self.work = next_days(lambda day: any(self.open(day)))
        self.meeting = next_days(lambda day: any(meeting[day]))
        self.half_day = next_days(lambda day: any(session[day]))
        self.full_day = next_days(lambda day: all(session[day]))

    def date(self, day):
        return self.start + datetime.timedelta(day)

    def open(self, day):
        date = self.date(day)
        working = self.calendar.get("working_days", WEEKDAYS[:5])
        whole = (
            WEEKDAYS[date.weekday()] in working
            and exists(date, self.zone)
            and date not in holidays(date.year, self.calendar.get("county"))
        )
        closed = self.calendar.get("closed", ())
        return [whole and not any(covers(entry, date, half) for entry in closed) for half in HALVES]

    def suits(self, group):
        busy = [entry for person in group for entry in person.get("unavailable", ())]

        def halves(day):
            return [
                is_open and not any(covers(entry, self.date(day), half) for entry in busy)
                for is_open, half in zip(self.open(day), HALVES)
            ]

        return [halves(day) for day in range(HORIZON)]


def read(path, changes=()):
    with open(path, "rb") as file:
        return Scenario(tomllib.load(file), changes)
