"""Made-up scenarios of every shape that the format allows, as TOML."""
import datetime

from district import CHANCES, DURATIONS, MONTHS
from slots import HALVES, KINDS, WEEKDAYS, WEEKS

ZONES = ["America/New_York"] * 6 + ["Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu", "UTC"]
OFFICE_HALVES = [*HALVES][:2]  # those of format 1
ODD_ZONES = {  # clock changes at odd hours, and the years that have them
    "America/Sao_Paulo": (2010, 2018),  # at midnight
    "America/Havana": (2012, 2034),  # at midnight, and from 1:00 to midnight
    "Australia/Lord_Howe": (2010, 2034),  # by half an hour
    "Pacific/Apia": (2010, 2011),  # without December 30, 2011
    "Africa/Cairo": (2023, 2034),  # at the end of a Thursday
    "America/Caracas": (2015, 2016),  # by half an hour, once
    "Asia/Pyongyang": (2014, 2018),  # twice, at midnight
}
COUNTIES = ["suffolk", "norfolk", "worcester", "berkshire"]
SEATS = ("superintendent", "union_president", "school_committee")
PARTIES = ("labor", "management")


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


class MadeUp:
    def __init__(self, random):
        self.random = random
        self.start = datetime.date(2010, 1, 1) + datetime.timedelta(random.randrange(9000))

    def coin(self, chance=0.5):
        return self.random.random() < chance

    def day(self, reach=730):
        return self.start + datetime.timedelta(self.random.randrange(-30, reach))

    def stretch(self):
        """A table of a day, of days, of a weekday, or of a half of them."""
        random, entry = self.random, {}
        kind = random.randrange(4)
        if kind == 0:
            entry["on"] = self.day(300)
        if kind == 1 or (kind == 2 and self.coin(0.4)):
            entry["from"] = self.day(300)
            entry["to"] = entry["from"] + datetime.timedelta(random.randrange(40))
        if kind >= 2:
            entry["weekday"] = random.choice(WEEKDAYS)
        if self.coin():
            entry["half"] = random.choice(OFFICE_HALVES)
        return entry

    def unavailable(self):
        kinds = [lambda: self.day(300), lambda: self.random.choice(WEEKDAYS[:5]), self.stretch, self.stretch]
        return [self.random.choice(kinds)() for _ in range(self.random.choice([0, 0, 1, 1, 2, 3]))]

    def people(self):
        random, people = self.random, []

        def add(role, **more):
            person = {"id": f"p{len(people)}", "name": f"P. {len(people)}", "role": role, **more}
            people.append(person | {"unavailable": self.unavailable()})

        optional = lambda chance: {"required": False} if self.coin(chance) else {}
        for seat in SEATS:
            add("leader", seat=seat, **({"party": random.choice(PARTIES)} if self.coin(0.3) else {}), **optional(0.1))
        add("neutral")
        if self.coin():
            add("representative")
        for party in PARTIES:
            for number in range(random.randrange(1, 5)):
                add("negotiator", party=party, **(optional(0.2) if number else {}))
        random.shuffle(people)
        return people

    def assumptions(self):
        random = self.random
        reach = random.choice([3, 10, 30, 30, 60, 150])
        pick = lambda: random.choice([random.randrange(reach), round(random.random() * reach, 2)])
        durations = {name: sorted(pick() for _ in range(3)) for name in DURATIONS if self.coin(0.8)}
        worst = random.choice([0.2, 0.6, 0.95])
        chances = {name: round(random.random() * worst, 3) for name in CHANCES if self.coin(0.8)}
        for name in ("leader_declines", "withdraws"):
            chances[name] = round(random.random() * 0.2, 3)
        for name in ("labor_adopts", "management_adopts"):
            chances[name] = random.choice([1, round(random.random(), 3)])
        return durations | chances

    def scenario(self):
        random, calendar = self.random, {}
        if self.coin(0.7):
            calendar["county"] = random.choice(COUNTIES)
        if self.coin(0.3):
            calendar["working_days"] = random.sample(WEEKDAYS, random.randrange(2, 8))
        calendar["closed"] = [{"name": f"Closed {number}", **self.stretch()} for number in range(random.randrange(6))]
        table = {
            "district": "Made Up",
            "time_zone": random.choice(ZONES),
            "start": self.start,
            "format": random.choice(["full_day", "two_half_days"]),
            "calendar": calendar,
            "people": self.people(),
            "assumptions": self.assumptions(),
        }
        if self.coin(0.9):
            table["contract_expires"] = self.start + datetime.timedelta(random.randrange(60, 600))
        return "".join(f"{key} = {toml(value)}\n" for key, value in table.items())


class MadeUpHours(MadeUp):
    """A scenario of format 2."""

    def __init__(self, random):
        super().__init__(random)
        self.zone = random.choice(ZONES[5:] + [*ODD_ZONES])
        if self.zone in ODD_ZONES:
            years = ODD_ZONES[self.zone]
            self.start = datetime.date(random.randint(*years), random.randint(1, 12), random.randint(1, 28))

    def some(self, choices, most):
        return self.random.sample(choices, self.random.randint(1, most))

    def pick(self, *choices):
        return self.random.choice(choices)

    def hours(self):
        first = 15 * self.pick(self.random.randrange(92), self.random.randrange(28, 72))
        last = min(1440, first + 15 * self.random.randrange(1, 48))
        return "-".join(f"{minute // 60}:{minute % 60:02}" for minute in (first, last))

    def time(self, kinds=True):
        """A time as a text, a date, or a table, perhaps for one kind of session."""
        random = self.random
        text = random.randrange(10)
        if text < 2:
            return self.pick(self.day(300), str(self.day(300)), random.choice(WEEKDAYS), self.hours())
        if text < 4:
            return f"{self.pick(str(self.day(300)), random.choice(WEEKDAYS))} {self.hours()}"
        entry = self.pick(self.dates, self.dates, self.days, self.weekly, self.weekly, self.monthly, self.monthly, dict)()
        if not entry or self.coin():
            entry |= {"half": random.choice([*HALVES])} if self.coin() else {"hours": self.hours()}
        if kinds and self.coin(0.2):
            entry["for"] = random.choice(KINDS)
        return entry

    def dates(self):
        return {"on": self.day(300) if self.coin() else [self.day(300) for _ in range(self.random.randint(1, 9))]}

    def days(self):
        first = self.day(300)
        last = first + datetime.timedelta(self.random.randrange(60))
        return self.pick({"from": first, "to": last}, {"from": first, "to": last}, {"from": first}, {"to": self.day(60)})

    def weekly(self):
        entry = {"weekday": self.random.choice(WEEKDAYS) if self.coin() else self.some(WEEKDAYS, 4)}
        if self.coin():
            entry |= {"every": self.pick(2, 2, 3, 4), "from": self.day(100)}
        elif self.coin(0.4):
            entry["to"] = self.day()
        return entry

    def monthly(self):
        weekday = self.random.choice(WEEKDAYS) if self.coin() else self.some(WEEKDAYS, 3)
        return {"weekday": weekday, "week": self.pick(*WEEKS, "last")}

    def calendar(self):
        calendar = {"county": self.random.choice(COUNTIES)} if self.coin(0.7) else {}
        if self.coin(0.2):
            calendar["working_days"] = self.random.sample(WEEKDAYS, self.random.randrange(2, 8))
        if self.coin(0.8):
            evenings = self.pick("16:00-20:00", "7:30-21:00", {"half": "evening"}, {"half": "afternoon"}, "0:00-24:00")
            saturdays = ["saturday 9:00-16:00", {"weekday": ["saturday", "sunday"], "every": 2, "from": self.day(30)}]
            nights = ["sunday 0:00-6:00", "saturday 19:00-24:00", "0:00-3:15"] if self.zone in ODD_ZONES else []
            others = [self.time(kinds=False) for _ in range(self.pick(0, 0, 1, 2))]
            calendar["hours"] = [evenings, *self.some(saturdays + nights, 2), *others]
        calendar["closed"] = [self.time(kinds=False) for _ in range(self.pick(0, 1, 2, 3))]
        for entry in calendar["closed"]:
            if isinstance(entry, dict) and self.coin(0.3):
                entry["name"] = "Closed"
        return calendar

    def sessions(self):
        random, sessions = self.random, {}
        lengths = [30, 45, 60, 90, 100, 120, 150, 180, 205, 240, 300, 450, 480]
        for kind in KINDS[1:]:
            if self.coin(0.85):
                sessions[kind] = [random.choice(lengths[: self.pick(7, 10, 13)]) for _ in range(self.pick(1, 1, 2, 3, 4))]
        if self.coin():
            sessions["meeting"] = random.choice(lengths)
        if self.coin(0.25):
            sessions["training_days"] = sorted({self.day(500) for _ in range(random.randint(10, 150))})
        slots = [(kind, part) for kind in KINDS[1:] for part in range(1, 1 + len(sessions.get(kind, [480])))]
        fixed = []
        # The parts are in order, and the clocks skip no time after 3:00.
        for kind, part in sorted(self.some(slots, len(slots)), key=slots.index) if self.coin(0.4) else []:
            on = self.start + datetime.timedelta(random.randint(20, 150) + 90 * (kind == "facilitation") + 15 * part)
            number = {} if part == 1 and self.coin() else {"part": part}
            at = 15 * random.randrange(12, 96 - 32)
            if fixed and on <= fixed[-1]["on"]:
                continue
            fixed.append({"session": kind, **number, "on": on, "at": f"{at // 60}:{at % 60:02}"})
        return sessions | ({"fixed": fixed} if fixed else {})

    def people(self):
        people = super().people()
        people += [self.neutral(f"n{number}") for number in range(self.pick(0, 0, 1, 2))]
        for person in people:
            person["unavailable"] = [self.time() for _ in range(self.pick(0, 0, 0, 1, 2))]
            if self.coin(0.5):
                person["if_need_be"] = [self.time() for _ in range(self.random.randint(1, 3))]
            if self.coin(0.2):
                person["also"] = [self.time() for _ in range(self.random.randint(1, 3))]
            if self.coin(0.1):
                wide = {"weekday": self.some(WEEKDAYS, 7), "hours": self.pick("7:00-22:00", "0:00-24:00")}
                person["available"] = [wide, *(self.time() for _ in range(self.random.randint(0, 4)))]
        return people

    def neutral(self, name):
        return {"id": name, "name": f"N. {name}", "role": "neutral", "required": self.coin()}

    def chance(self, value):
        """A chance, or a range around it."""
        if self.coin(0.75):
            return value
        low, high = (round(value + self.random.random() * (end - value), 3) for end in (0, 1))
        return [low, value, high]

    def assumptions(self):
        random, found = self.random, super().assumptions()
        durations = {name: days for name, days in found.items() if name in DURATIONS}
        chances = {name: self.chance(value) for name, value in found.items() if name in CHANCES}
        if self.coin():
            chances.pop("session_postponed", None)  # and so has months
        for name in ("meeting_lead_days", "session_notice_days"):
            durations.pop(name, None)
        if self.coin(0.7):
            durations["pace_spread"] = self.pick(0, 0.1, 0.25, 0.5, round(random.random() * 4, 2), 4)
        for name in ("meeting_notice_days", "session_notice_days"):
            if self.coin():
                durations[name] = random.randrange(1, 40)
        for name in ("booking_delay_days", "ratification_days"):
            if self.coin():
                durations[name] = sorted(random.randrange(40) for _ in range(3))
        if self.coin(0.4):
            months = self.some(MONTHS, 12)
            chances["session_postponed_in"] = {month: round(random.random() * 0.8, 3) for month in months}
        return durations | chances

    def later(self):
        return self.start + datetime.timedelta(self.random.randrange(60, 700))

    def scenario(self):
        table = {"version": 2, "district": "Made Up", "start": self.start, "time_zone": self.zone}
        table |= {"calendar": self.calendar(), "sessions": self.sessions(), "people": self.people()}
        table["assumptions"] = self.assumptions()
        if self.coin(0.8):
            table["contract_expires"] = self.later()
        if self.coin(0.7):
            dates = [self.later() for _ in range(self.random.randint(1, 3))]
            if self.coin(0.3):
                dates += [table.get("contract_expires", dates[0])]  # two on the same day
            table["deadlines"] = [{"name": f"Date {number}", "on": on} for number, on in enumerate(dates)]
            for deadline in table["deadlines"]:
                if self.coin():
                    deadline["margin_days"] = self.random.randrange(90)
        return "".join(f"{key} = {toml(value)}\n" for key, value in table.items())


def scenario(random, version=1):
    return {1: MadeUp, 2: MadeUpHours}[version](random).scenario()
