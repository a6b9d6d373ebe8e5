"""Times and the slots of a day, from docs/scenario-format.md and docs/simulation.md.

Days of format 2 have quarter hours, and days of format 1 have two half-days of four hours. A set of slots is a number, whose
bit i is the slot i of the day."""
import datetime, functools

UTC = datetime.timezone.utc
MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKS = ("first", "second", "third", "fourth")  # or the last
KINDS = ("meeting", "training", "facilitation")
HALVES = {"morning": (480, 720), "afternoon": (720, 960), "evening": (960, 1200)}  # minutes of the day
WHOLE_DAY = (0, 1440)
OFFICE = (480, 960)


# Times.

def the_day(value):
    return datetime.date.fromisoformat(value) if isinstance(value, str) else value


def listed(value):
    return value if isinstance(value, list) else [value]


def minutes(text):
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


def table(entry):
    """A time as a table. A text names a date or a weekday, hours, or a date or a weekday and hours."""
    if not isinstance(entry, str):
        return entry if isinstance(entry, dict) else {"on": entry}
    return {"weekday" if word in WEEKDAYS else "hours" if ":" in word else "on": word for word in entry.split()}


class Time:
    """Some hours of some days, perhaps only for one kind of session."""

    def __init__(self, entry):
        entry = table(entry)
        self.on = {the_day(day) for day in listed(entry["on"])} if "on" in entry else None
        self.first, self.last = the_day(entry.get("from")), the_day(entry.get("to"))
        self.weekdays = {WEEKDAYS.index(day) for day in listed(entry["weekday"])} if "weekday" in entry else None
        self.every, self.week, self.kind = entry.get("every"), entry.get("week"), entry.get("for")
        self.hours = HALVES[entry["half"]] if "half" in entry else WHOLE_DAY
        if "hours" in entry:
            self.hours = tuple(map(minutes, entry["hours"].split("-")))
        self.any_day = not {"on", "from", "to", "weekday"} & {*entry}

    def names(self, day):
        """Whether all that the time says of days is true on a day."""
        return (
            (self.on is None or day in self.on)
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
            and (self.weekdays is None or day.weekday() in self.weekdays)
            and (self.every is None or weeks_between(self.first, day) % self.every == 0)
            and (self.week is None or in_week(day, self.week))
        )

    def counts_for(self, kind):
        return self.kind in (None, kind)


def weeks_between(first, day):
    monday = first - DAY * first.weekday()
    return (day - monday).days // 7


def in_week(day, week):
    """Whether a day is the first, second, ... of its weekday in its month."""
    if week == "last":
        return (day + 7 * DAY).month != day.month
    return (day.day - 1) // 7 == WEEKS.index(week)


# Slots: the local times, in minutes of the day, at which those of a day begin.

FULL = tuple(range(0, 1440, 15))
TWO_HALVES = (480, 720)


@functools.cache
def within(layout, hours):
    """The slots of a day at some hours."""
    return sum(1 << place for place, minute in enumerate(layout) if hours[0] <= minute < hours[1])


def begins(day, zone):
    """The first moment of a local date, in UTC."""
    moment = datetime.datetime.combine(day, datetime.time(), zone).astimezone(UTC)
    while (moment - MINUTE).astimezone(zone).date() >= day:  # the clocks skip midnight
        moment -= MINUTE
    return moment


def quarters(start, days, zone):
    """The quarter hours of so many days: from the first moment of each until that of the next."""
    layouts = []
    moments = [begins(start + DAY * day, zone) for day in range(days + 1)]
    for first, last in zip(moments, moments[1:]):
        begin, end = first.astimezone(zone), last.astimezone(zone)
        if begin.time() == datetime.time() and begin.utcoffset() == end.utcoffset() and last - first == DAY:
            layouts.append(FULL)  # as on most days
            continue
        local = [(first + 15 * MINUTE * place).astimezone(zone) for place in range(-(-(last - first) // (15 * MINUTE)))]
        layouts.append(tuple(60 * moment.hour + moment.minute for moment in local))
    return layouts


def half_days(start, days, zone):
    """The half-days of so many days. A day on which the clocks do not show 8:00 has none."""
    layouts = []
    for day in range(days):
        local = datetime.datetime.combine(start + DAY * day, datetime.time(8), zone)
        shown = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
        layouts.append(TWO_HALVES if shown else ())
    return layouts


def in_a_row(slots, count):
    """The slots at which so many in a row begin."""
    while count > 1:
        step = count // 2
        slots &= slots >> step
        count -= step
    return slots
