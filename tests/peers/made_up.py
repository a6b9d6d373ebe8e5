"""Made-up scenarios of every shape that the format allows, as TOML."""
import datetime

from district import CHANCES, DURATIONS, HALVES, WEEKDAYS

ZONES = ["America/New_York"] * 6 + ["Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu", "UTC"]
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
            entry["half"] = random.choice(HALVES)
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


def scenario(random):
    return MadeUp(random).scenario()
