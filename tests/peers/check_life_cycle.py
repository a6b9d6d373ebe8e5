"""Follows cases from the plan to the withdrawal in several calendar clients: python3 check_life_cycle.py IBBI READ_CALENDARS.MJS.

After each step, what a subscriber has must be what the case has. The case's dates come from its status over the API, and the subscriber's
from the address of its calendar, from the API, and from the command line. Each version is read by icalendar, vobject, ics, and ical.js,
put on Radicale through caldav, and given to a subscriber that follows RFC 5546. Exit code 4: something differs. 75: a client is missing."""
import datetime, json, pathlib, re, subprocess, sys, tempfile, urllib.error, urllib.request

import calendar_clients as clients
from serving import Server

EVENTS = pathlib.Path(__file__).resolve().parents[2] / "crates/ibbi-testing/data/second_decision.ndjson"
TODAY = datetime.datetime.now(clients.UTC).date()
# The training was held 40 days ago, whatever the day is today.
SHIFT = TODAY - datetime.timedelta(days=40) - datetime.date(2025, 10, 21)
NEUTRAL = {"id": "reyes", "name": "Ines Reyes"}
COUNT = {"comparisons": 0}
WRONG = []


def in_days(days, hour, hours):
    return clients.local(TODAY + datetime.timedelta(days=days), hour, hours)


def compare(what, found, expected):
    """Compares two sets, and keeps where they differ."""
    COUNT["comparisons"] += 1
    for entry in sorted(set(found) ^ set(expected), key=str):
        WRONG.append(f"{what}: {'missing' if entry in expected else 'too much'}: {entry}")


def live(entries):
    """The dates that a person sees: what isn't canceled."""
    return {entry[2:4] for entry in entries if entry[4] != "CANCELLED"}


class Case:
    """A case on the server, recorded up to the decisions, with everything that reads its calendar."""

    def __init__(self, server, radicale, js, folder, name):
        self.server, self.folder, self.name = server, folder, name
        moved = lambda text: re.sub(r"2025-\d\d-\d\d", lambda day: str(datetime.date.fromisoformat(day[0]) + SHIFT), text)
        # The shift can pass a change of the clocks, so the offset of each slot is made again.
        slot = lambda text: re.sub(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)-0[45]:00"', self.offset, text)
        opened = server.ask("api/v1/cases", {"data": {"district": "Maple Hollow"}, "at": moved("2025-09-02 09:00")})
        self.id = opened["case"]
        for line in EVENTS.read_text().splitlines():
            self.send(json.loads(slot(moved(line))))
        self.record("party_decided", party="labor", decision="adopt", spokesperson="castellan")
        self.record("format_chosen", format="two_half_days")
        self.address = server.ask("api/v1/calendars", {"case": self.id})["address"]
        self.readers = clients.PYTHON | {"ical.js": js}
        self.collection = radicale.calendar(name)
        self.subscribers = {source: clients.Subscriber() for source in ("the address", "the API", "the command line")}
        self.versions, self.last = [], {}

    @staticmethod
    def offset(found):
        local = datetime.datetime.fromisoformat(found[1])
        return json.dumps(local.replace(tzinfo=clients.zoneinfo.ZoneInfo("America/New_York")).isoformat())

    def send(self, event):
        try:
            return self.server.ask(f"api/v1/cases/{self.id}/events", event)
        except urllib.error.HTTPError as error:
            sys.exit(print(f"{self.name}: {event}: {error.read().decode()}") or 4)

    def record(self, kind, **data):
        return self.send({"type": kind, "data": data})["seq"]

    def book(self, part, days, hour, hours):
        return self.record("session_scheduled", part=part, neutral=NEUTRAL, slot=in_days(days, hour, hours)[0])

    def dates(self):
        """The dates of the case: what its status has as booked, and what was held before today."""
        status = self.server.ask(f"api/v1/cases/{self.id}")
        found = set()
        for stage in ("training", "sessions"):
            for part in status["state"].get(stage, {}).get("parts", []):
                if booked := part.get("booked"):
                    found.add(self.times(booked["slot"]))
        if status["stage"] == "closed":
            # Nothing happens after a case is closed, so nothing is ahead.
            found.clear()
        for moment in self.server.ask(f"api/v1/cases/{self.id}/replay?limit=1000")["moments"]:
            slot = moment["event"]["data"].get("slot")
            if slot and datetime.datetime.fromisoformat(slot["ends"]) < datetime.datetime.now(clients.UTC):
                found.add(self.times(slot))
        return found

    @staticmethod
    def times(slot):
        return tuple(clients.instant(datetime.datetime.fromisoformat(slot[key])) for key in ("starts", "ends"))

    def calendars(self):
        """The calendar as each source gives it."""
        path = f"{self.folder}/{self.id}.ics"
        command = [self.server.program, "calendar", self.server.ledger, "--case", self.id, "-o", path]
        subprocess.run(command, check=True, capture_output=True)
        headers = {"Authorization": f"Bearer {self.server.token}"}
        api = urllib.request.Request(f"{self.server.address}api/v1/cases/{self.id}/calendar.ics", headers=headers)
        get = lambda request: urllib.request.urlopen(request, timeout=30).read().decode()
        with open(path, encoding="utf-8", newline="") as file:
            return {"the address": get(self.address), "the API": get(api), "the command line": file.read()}

    def check(self, step):
        """Compares what every client has with the case."""
        expected, calendars = self.dates(), self.calendars()
        versions = {source: clients.by_icalendar(text) for source, text in calendars.items()}
        for source, text in calendars.items():
            where = f"{self.name}, {step}, {source}"
            self.last = {name: read(text) for name, read in self.readers.items()}
            for name, found in self.last.items():
                compare(f"{where}, {name}", found, versions["the address"])
                compare(f"{where}, {name}, dates", live(found), expected)
            subscriber = self.subscribers[source]
            subscriber.take(text)
            compare(f"{where}, a subscriber", live(subscriber.read()), expected)
            compare(f"{where}, what a subscriber refused", subscriber.refused, [])
            subscriber.refused.clear()
        self.collection.put(calendars["the address"])
        self.last["Radicale"] = self.collection.read()
        self.last["RFC 5546"] = self.subscribers["the address"].read()
        compare(f"{self.name}, {step}, Radicale", self.last["Radicale"], versions["the address"])
        compare(f"{self.name}, {step}, Radicale, dates", live(self.last["Radicale"]), expected)
        self.versions.append((step, calendars["the address"], expected))

    def identities(self):
        """The UIDs of all versions."""
        return {entry[0] for _, text, _ in self.versions for entry in clients.by_icalendar(text)}


def plan(server, folder):
    """A plan, and the same plan after an answer of a poll has changed when someone can come. Returns its UIDs."""
    path, out = pathlib.Path(folder, "plan.toml"), f"{folder}/plan.ics"
    source = pathlib.Path(__file__).resolve().parents[2] / "docs/scenarios/maple-hollow.toml"
    path.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    subscriber, uids, dates = clients.Subscriber(), [], []
    for step in ("plan", "poll"):
        planned = json.loads(subprocess.run([server.program, "--json", "plan", str(path)], check=True, capture_output=True).stdout)
        subprocess.run([server.program, "calendar", str(path), "-o", out], check=True, capture_output=True)
        with open(out, encoding="utf-8", newline="") as file:
            calendar = file.read()
        subscriber.take(calendar)
        expected = {Case.times(session["slot"]) for session in planned["sittings"]}
        compare(f"{step}, a subscriber", live(subscriber.read()), expected)
        compare(f"{step}, what a subscriber refused", subscriber.refused, [])
        compare(f"{step}, statuses", {entry[4] for entry in clients.by_icalendar(calendar)}, {"TENTATIVE"})
        uids.append({entry[0] for entry in clients.by_icalendar(calendar)})
        # An answer of the poll: the neutral can't come on the day of the training any more.
        day = planned["sittings"][1]["slot"]["starts"][:10]
        changed = re.sub(r'(role = "neutral"\nunavailable = \[)', rf"\g<1>{day}, ", path.read_text(encoding="utf-8"))
        path.write_text(changed, encoding="utf-8")
        dates.append(expected)
    if dates[0] == dates[1]:
        WRONG.append("the answer of the poll changes nothing, so nothing was checked")
    compare("the plan before and after the poll, UIDs", uids[1], uids[0])
    return uids[1]


def follow(case):
    """The steps of a case."""
    case.check("decided")
    case.book(1, 20, 8, 4)
    case.book(2, 30, 13, 4)
    case.check("book")
    case.record("session_postponed", part=2, reason="snow")
    case.check("postpone")
    case.book(2, 34, 8, 4)
    case.check("move")
    for part in (1, 2):
        case.record("session_postponed", part=part, reason="one whole day in place of two halves")
    case.record("format_chosen", format="full_day")
    case.book(1, 22, 8, 8)
    case.check("change the format, and drop the second part")
    case.record("session_postponed", part=1, reason="two halves after all")
    case.record("format_chosen", format="two_half_days")
    case.book(1, 23, 8, 4)
    mistake = case.book(2, 37, 13, 4)
    case.check("bring the second part back")
    case.record("event_voided", seq=mistake, reason="the wrong day")
    case.book(2, 38, 13, 4)
    case.check("correct a booking")
    case.record("case_withdrawn", by="Rosa Amari", reason="a contract was signed")
    case.check("withdraw")


def problems(versions):
    """What a subscriber finds wrong with versions of a calendar, one after the other."""
    subscriber, wrong, uids = clients.Subscriber(), [], []
    for step, text, expected in versions:
        subscriber.take(text)
        wrong += [f"{step}: {entry}" for entry in live(subscriber.read()) ^ expected]
        uids.append({entry[0] for entry in clients.by_icalendar(text)})
    wrong += [f"{uid} disappeared" for before, after in zip(uids, uids[1:]) for uid in before - after]
    return wrong + subscriber.refused


def self_test(versions):
    """Spoils the last version of a calendar, which must be found."""
    *before, (step, text, expected) = versions
    if found := problems(versions):
        WRONG.append(f"the self-test: a good calendar has problems: {found[0]}")
    known = {entry[0]: entry for entry in clients.by_icalendar(before[-1][1])}
    events = text.split("BEGIN:VEVENT\r\n")
    # The entry that the last step has canceled.
    canceled = [entry for entry in clients.by_icalendar(text) if entry[4] == "CANCELLED" and known[entry[0]][4] != "CANCELLED"]
    uid, sequence = sorted(canceled)[0][:2]
    place = next(number for number, event in enumerate(events) if f"UID:{uid}\r\n" in event.replace("\r\n ", ""))
    unfolded = events[place].replace("\r\n ", "")
    rest = unfolded[unfolded.index("END:VEVENT\r\n") + len("END:VEVENT\r\n") :]
    bad = {
        "a lower SEQUENCE": unfolded.replace(f"SEQUENCE:{sequence}\r\n", f"SEQUENCE:{known[uid][1] - 1}\r\n"),
        "the same SEQUENCE": unfolded.replace(f"SEQUENCE:{sequence}\r\n", f"SEQUENCE:{known[uid][1]}\r\n"),
        "another UID": unfolded.replace(f"UID:{uid}\r\n", f"UID:x{uid}\r\n"),
        "another date": unfolded.replace("STATUS:CANCELLED", "STATUS:CONFIRMED"),
        "a missing cancellation": None,
    }
    for what, event in bad.items():
        others = [*events[:place], *([] if event is None else [event]), *events[place + 1 :]]
        spoiled = "BEGIN:VEVENT\r\n".join(others)
        if event is None and rest:
            spoiled += rest
        if spoiled == text or not problems([*before, (step, spoiled, expected)]):
            WRONG.append(f"the self-test: {what} was not found")
    return len(bad)


def main():
    program, script = sys.argv[1:]
    js = clients.IcalJs(script)
    with tempfile.TemporaryDirectory() as folder, Server(program, folder) as server, clients.Radicale() as radicale:
        planned = plan(server, folder)
        # Two units of one district.
        teachers, aides = (Case(server, radicale, js, folder, name) for name in ("teachers", "aides"))
        follow(teachers)
        aides.book(1, 20, 13, 4)
        aides.check("book")
        compare("two units of one district, shared UIDs", teachers.identities() & aides.identities(), [])
        person = server.ask("api/v1/calendars", {"person": "Ines Reyes"})["address"]
        both = clients.by_icalendar(urllib.request.urlopen(person, timeout=30).read().decode())
        compare("the neutral's address", live(both), teachers.dates() | aides.dates())
        # A session has one identity from the plan to the booking and the cancellation.
        sessions = {f"{part}@ibbi" for part in ("meeting", "training.1", "facilitation.1", "facilitation.2")}
        compare("the plan's sessions", {uid.split(".", 1)[1] for uid in planned}, sessions)
        compare("the sessions of a case", teachers.identities(), {f"{teachers.id}.{session}" for session in sessions})
        compare("the neutral's address, UIDs", {entry[0] for entry in both}, teachers.identities() | aides.identities())
        spoiled = self_test(teachers.versions)
    js.end()
    print(clients.versions(script))
    for name, found in teachers.last.items():
        canceled = sum(entry[4] == "CANCELLED" for entry in found)
        print(f"  after the withdrawal, {name} has {len(live(found))} dates, which were held, and {canceled} canceled ones")
    print(f"{len(teachers.versions) + len(aides.versions) + 2} steps, {COUNT['comparisons']} comparisons, {spoiled} wrong calendars found, "
          f"{len(WRONG)} differences")
    print("\n".join(WRONG[:40]), end="\n" if WRONG else "")
    return 4 if WRONG else 0


if __name__ == "__main__":
    sys.exit(main())
