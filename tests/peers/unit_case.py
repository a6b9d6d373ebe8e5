"""A bargaining unit from its plan to the end of its case: the scenario, the poll, the case, and everything that reads its calendar."""
import copy, datetime, json, pathlib, re, subprocess, sys, urllib.error, urllib.parse, urllib.request

import calendar_clients as clients
import expected_calendar as expect

EVENTS = pathlib.Path(__file__).resolve().parents[2] / "crates/ibbi-testing/data/second_decision.ndjson"
ZONE = clients.zoneinfo.ZoneInfo("America/New_York")
DAY = datetime.timedelta(days=1)
TODAY = datetime.datetime.now(ZONE).date()
NEUTRAL = {"id": "reyes", "name": "Ines Reyes"}
PEOPLE = [
    {"id": "amari", "name": "Rosa Amari", "role": "leader", "seat": "superintendent", "party": "management"},
    {"id": "castellan", "name": "Ben Castellan", "role": "leader", "seat": "union_president", "party": "labor"},
    {"id": "okafor", "name": "Tola Okafor", "role": "leader", "seat": "school_committee"},
    {"id": "lindqvist", "name": "Noor Lindqvist", "role": "representative"},
    {"id": "diaz", "name": "Hana Diaz", "role": "negotiator", "party": "labor"},
    {"id": "cole", "name": "Maxine Cole", "role": "negotiator", "party": "management"},
    NEUTRAL | {"role": "neutral"},
]
# The days of the events in the file, in place of which a unit has those of its plan.
MEETING, TRAINING = datetime.date(2025, 9, 16), datetime.date(2025, 10, 21)

# Whether the server remembers what it published of a plan, and puts planned dates on the calendar of a case. If not, its calendars of plans
# are compared, but aren't given to subscribers, because they don't have what was dropped.
SERVER_REMEMBERS = True

count = {"comparisons": 0}
wrong = []


def compare(what, found, expected):
    """Compares two sets, and keeps where they differ."""
    count["comparisons"] += 1
    for entry in sorted(set(found) ^ set(expected), key=str):
        wrong.append(f"{what}: {'missing' if entry in expected else 'too much'}: {entry}")


def live(entries):
    """The sessions that a person sees: what isn't canceled, with its times."""
    return {(entry[0], *entry[2:4]) for entry in entries if entry[4] != "CANCELLED"}


def times(slot):
    return tuple(clients.instant(datetime.datetime.fromisoformat(slot[key])) for key in ("starts", "ends"))


def session_name(session):
    """The session of a plan as a UID has it."""
    return session["kind"] if session["kind"] == "meeting" else f"{session['kind']}.{session.get('part') or 1}"


def stamp_of(text):
    """When a calendar was made, by itself."""
    found = re.search(r"^DTSTAMP:(\d{8}T\d{6}Z)\r$", text, re.MULTILINE)
    return found and datetime.datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=clients.UTC)


class Unit:
    """A unit with a scenario whose `id` was made by `ibbi scenario new`."""

    def __init__(self, server, radicale, js, folder, name, formats):
        self.server, self.name, self.format = server, name, formats
        self.readers = clients.PYTHON | {"ical.js": js}
        self.radicale, self.collections, self.subscribers = radicale, {}, {}
        self.path, self.file = f"{folder}/{name}.json", f"{folder}/{name}.ics"
        template = f"{folder}/{name}.toml"
        self.run("scenario", "new", template, "--template")
        self.id = re.search(r'^id = "([0-9a-f-]{36})"', pathlib.Path(template).read_text(encoding="utf-8"), re.MULTILINE)[1]
        start = TODAY - 110 * DAY
        self.scenario = {"id": self.id, "district": "Maple Hollow", "time_zone": ZONE.key, "start": str(start), "format": formats,
                         "people": PEOPLE}
        self.save(self.scenario)
        # The training was held, and the facilitation is ahead, whatever the day is today: there are no sessions between.
        training = datetime.date.fromisoformat(self.planned()["training.1"][0][:10])
        closed = [{"name": "No sessions", "from": str(training + DAY), "to": str(TODAY + 13 * DAY)}]
        self.save(self.scenario | {"calendar": {"closed": closed}})
        self.entries, self.published, self.versions, self.last = expect.CaseEntries(self.id), set(), [], {}
        # The addresses of the case can also have planned dates, so they have entries of their own from then on.
        self.on_address, self.published_by_server = self.entries, set()
        self.address = None

    def run(self, *arguments):
        done = subprocess.run([self.server.program, *arguments], capture_output=True, text=True)
        if done.returncode:
            sys.exit(print(f"{self.name}: ibbi {' '.join(arguments)}: {done.stderr or done.stdout}") or 4)
        return done.stdout

    def save(self, scenario):
        self.scenario = scenario
        pathlib.Path(self.path).write_text(json.dumps(scenario), encoding="utf-8")

    def planned(self, **more):
        """The start and the end of each session of the plan that isn't booked, by `ibbi plan`, or over the API if the case is given."""
        if more:
            plan = self.server.ask("api/v1/plan", {"scenario": self.scenario, **more})
        else:
            plan = json.loads(self.run("--json", "plan", self.path, "--format", self.format))
        found = {}
        for session in plan["sittings"]:
            if not session["booked"]:
                found[session_name(session)] = times(session["slot"])
        return found

    # What reads the calendar.

    def read(self, step, source, text, expected, calendar=True):
        """Compares a version of a calendar in every client with the entries that it must have. `calendar` names that of the subscribers if
        it isn't the source. Without one, there are none."""
        where = f"{self.name}, {step}, {source}"
        self.last = {name: read(text) for name, read in self.readers.items()}
        for name, found in self.last.items():
            compare(f"{where}, {name}", found, expected)
        if not calendar:
            return
        calendar = source if calendar is True else calendar
        collection = self.collections.get(calendar)
        if collection is None:
            title = f"{self.name} {calendar}".replace(" ", "-")
            collection = self.collections[calendar] = self.radicale.calendar(title)
        collection.put(text)
        self.last["Radicale"] = collection.read()
        compare(f"{where}, Radicale", self.last["Radicale"], expected)
        subscriber = self.subscribers.setdefault(calendar, clients.Subscriber())
        subscriber.take(text)
        self.last["RFC 5546"] = subscriber.read()
        compare(f"{where}, a subscriber", self.last["RFC 5546"], expected)
        compare(f"{where}, what a subscriber refused", subscriber.refused, [])
        subscriber.refused.clear()

    def publish(self, step, source, now):
        """Writes the file again with `ibbi calendar`, and compares it. `now` returns the entries for the time at which it is made."""
        self.run("calendar", *source, "-o", self.file)
        with open(self.file, encoding="utf-8", newline="") as file:
            text = file.read()
        stamp = stamp_of(text)
        self.published = expect.published(self.published, now(stamp), stamp)
        self.read(step, "the file", text, self.published)
        self.versions.append((step, text, self.published))

    def check_plan(self, step, stamp=None):
        """Compares the calendar of the plan: the file, and what the server makes of the scenario. Returns the sessions."""
        sessions = self.planned()
        source = [self.path, "--format", self.format, *(["--stamp", stamp] if stamp else [])]
        self.publish(step, source, lambda stamp: expect.planned(self.id, sessions, stamp))
        self.check_plan_on_server(step, sessions)
        return sessions

    def check_plan_on_server(self, step, sessions, **more):
        """Compares the calendar of the plan over the API. With `case`, it has the case's own entries too."""
        text = self.post("api/v1/calendar", {"scenario": self.scenario, "format": self.format, **more})
        planned = expect.planned(self.id, sessions, stamp_of(text))
        booked = self.entries.read() if "case" in more else set()
        self.check_published(step, "the plan over the API", text, expect.joined(booked, planned))

    def check_plan_on_page(self, step):
        """Compares the calendar of the plan page, which has the dates to hold."""
        scenario = json.dumps(self.scenario | {"format": self.format})
        text = self.get("plan/dates.ics?" + urllib.parse.urlencode({"file": scenario}))
        hold = self.server.ask("api/v1/plan", {"scenario": self.scenario, "format": self.format, "confidence": 80})["hold"]
        sessions = {}
        for session in hold["sessions"]:
            name = session_name(session)
            sessions |= {name: times(session["slot"]), f"{name}.backup": times(session["backup"])}
        self.check_published(step, "the plan page", text, expect.planned(self.id, sessions, stamp_of(text)))

    def check_published(self, step, source, text, entries):
        """Compares a calendar that the server made of a plan. The API and the page have one memory."""
        if SERVER_REMEMBERS:
            entries = self.published_by_server = expect.published(self.published_by_server, entries, stamp_of(text))
        self.read(step, source, text, entries, SERVER_REMEMBERS and "the server")

    def check_case(self, step):
        """Compares the calendars of the case with what was recorded, and that with the state of the case."""
        expected = self.entries.read()
        compare(f"{self.name}, {step}, the state of the case", {entry[1:] for entry in live(expected)}, self.dates())
        self.read(step, "the address", self.open(self.address), self.on_address.read())
        self.read(step, "the API", self.get(f"api/v1/cases/{self.id}/calendar.ics"), expected)
        self.read(step, "the page", self.get(f"cases/{self.id}/dates.ics"), expected)
        # In the file, what was planned stays until it is booked or the case ends.
        closed = self.server.ask(f"api/v1/cases/{self.id}")["stage"] == "closed"
        booked = {entry[0] for entry in expected}
        planned = {entry for entry in self.published if entry[4] == "TENTATIVE" and entry[0] not in booked and not closed}
        self.publish(step, [self.server.ledger, "--case", self.id], lambda _: expected | planned)

    def dates(self):
        """The dates of the case: what its status has as booked, and what was held before today."""
        status = self.server.ask(f"api/v1/cases/{self.id}")
        found = set()
        for stage in ("training", "sessions"):
            for part in status["state"].get(stage, {}).get("parts", []):
                if booked := part.get("booked"):
                    found.add(times(booked["slot"]))
        if status["stage"] == "closed":
            # Nothing happens after a case is closed, so nothing is ahead.
            found.clear()
        for moment in self.server.ask(f"api/v1/cases/{self.id}/replay?limit=1000")["moments"]:
            slot = moment["event"]["data"].get("slot")
            if slot and datetime.datetime.fromisoformat(slot["ends"]) < datetime.datetime.now(clients.UTC):
                found.add(times(slot))
        return found

    def open(self, request, body=None):
        with urllib.request.urlopen(request, body, timeout=60) as answer:
            return answer.read().decode()

    def get(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.server.token}"}
        return self.open(urllib.request.Request(self.server.address + path, body, headers))

    def post(self, path, body):
        return self.get(path, json.dumps(body).encode())

    def put_dates(self, sessions):
        """Puts the planned dates on the calendar of the case, and compares the address."""
        begun = datetime.datetime.now(clients.UTC)
        text = self.post(f"api/v1/cases/{self.id}/planned-dates", {"scenario": self.scenario, "format": self.format})
        self.on_address = copy.deepcopy(self.entries)
        dates = {date["uid"].split(".", 1)[1].removesuffix("@ibbi"): date for date in json.loads(text)["dates"]}
        compare(f"{self.name}, the dates that were put on the calendar", {(name, times(date)) for name, date in dates.items()}, sessions.items())
        for name, date in dates.items():
            if date["sequence"] < expect.sequence_at(begun):
                wrong.append(f"{self.name}, the planned date of {name} has the SEQUENCE {date['sequence']}, which is too small")
            self.on_address.plan(name, times(date), date["sequence"])
        self.read("put planned dates", "the address", self.open(self.address), self.on_address.read())

    def change(self, what, *arguments):
        """Changes the entries of the case: `book`, `cancel`, or `void`."""
        for entries in {id(entries): entries for entries in (self.entries, self.on_address)}.values():
            getattr(entries, what)(*arguments)

    # The poll.

    def ask_everyone(self):
        """Makes a poll about the weeks in which the facilitation can be. Returns its ID, and the link of each person by ID."""
        body = {"scenario": self.scenario, "first_day": str(TODAY + 14 * DAY), "weeks": 8}
        poll = self.server.ask("api/v1/polls", body)
        return poll["id"], {link["person"]: link["link"] for link in poll["links"]}

    def answer(self, link, cannot=(), if_need_be=()):
        """Answers with a link, without an account: a person can't come at some times, given as starts, and can come at all others."""
        page = self.open(link)
        slots = self.slots
        if len(slots) != len(set(re.findall(r'name="c(\d+)"', page))):
            sys.exit(print(f"{self.name}: the page of {link} has other times than the poll: {len(slots)}") or 4)
        marks = {f"c{cell}": "cannot" if slot in cannot else "if_need_be" if slot in if_need_be else "can"
                 for cell, slot in enumerate(slots)}
        self.open(link, urllib.parse.urlencode(marks | {"note": ""}).encode())

    def poll_results(self, poll):
        """The answers of a poll. Keeps the start of each of its times."""
        found = self.server.ask(f"api/v1/polls/{poll}")
        starts = [hours.split("-")[0].split(":") for hours in found["times"]]
        local = lambda day, hour, minute: datetime.datetime(*map(int, day.split("-")), int(hour), int(minute), tzinfo=ZONE)
        self.slots = [clients.instant(local(day, *start)) for day in found["days"] for start in starts]
        return found

    # The case.

    def open_case(self, *options):
        """Opens the case on the command line, and makes its address."""
        day = datetime.date.fromisoformat(self.scenario["start"])
        with self.server.stopped():
            opened = self.run("--json", "new", self.server.ledger, "--district", "Maple Hollow", "--at", f"{day} 09:00", *options)
        compare(f"{self.name}, the ID of the case", [json.loads(opened)["case"]], [self.id])
        self.address = self.server.ask("api/v1/calendars", {"case": self.id})["address"]

    def send(self, event):
        try:
            seq = self.server.ask(f"api/v1/cases/{self.id}/events", event)["seq"]
        except urllib.error.HTTPError as error:
            sys.exit(print(f"{self.name}: {event}: {error.read().decode()}") or 4)
        return seq, self.logged(seq)

    def logged(self, seq):
        """When a record was written, by the ledger itself."""
        lines = pathlib.Path(self.server.ledger).read_text(encoding="utf-8").splitlines()
        record = next(record for record in map(json.loads, reversed(lines)) if record.get("seq") == seq)
        return datetime.datetime.fromisoformat(record["logged"])

    def record(self, kind, **data):
        return self.send({"type": kind, "data": data})

    def hold_until_decided(self, sessions):
        """Records the case up to the second decision, with the meeting and the training on the days of the plan."""
        slots = {name: [datetime.datetime.fromisoformat(time).astimezone(ZONE) for time in sessions[name]]
                 for name in ("meeting", "training.1")}
        shift = {name: slots[name][0].date() - day for name, day in (("meeting", MEETING), ("training.1", TRAINING))}
        for line in EVENTS.read_text(encoding="utf-8").splitlines():
            name = "meeting" if '"at":"2025-09-' in line and not re.search("member_named|attendance|support", line) else "training.1"
            move = lambda day: str(datetime.date.fromisoformat(day[0]) + shift[name])
            event = json.loads(re.sub(r"2025-\d\d-\d\d", move, line))
            data, (begins, ends) = event["data"], slots[name]
            if "slot" in data:
                data["slot"] = {"starts": begins.isoformat(), "ends": ends.isoformat()}
            if event["type"] == "meeting_held":
                event["at"] = ends.strftime("%Y-%m-%d %H:%M")
            if event["type"] == "service_chosen":
                event["at"] = (ends + datetime.timedelta(minutes=10)).strftime("%Y-%m-%d %H:%M")
            if event["type"] == "session_opened":
                data["present"] += ["diaz", "cole"]
            _, logged = self.send(event)
            if "slot" in data:
                self.change("book", name, times(data["slot"]), logged)
            if event["type"] == "member_named":
                other = next(person for person in PEOPLE if person["role"] == "negotiator" and person["party"] == data["party"])
                self.send(event | {"data": {"party": data["party"], "member": {key: other[key] for key in ("id", "name")}}})
            if event["type"] == "attendance_pledged":
                self.send(event | {"data": data | {"member": "diaz" if data["party"] == "labor" else "cole"}})
        self.record("party_decided", party="labor", decision="adopt", spokesperson="castellan")
        self.record("format_chosen", format=self.format)

    def book(self, part, slot):
        """Books a part of the facilitation at a start and an end. Returns the number of the record."""
        local = [datetime.datetime.fromisoformat(time).astimezone(ZONE).isoformat() for time in slot]
        seq, logged = self.record("session_scheduled", part=part, neutral=NEUTRAL, slot=dict(zip(("starts", "ends"), local)))
        self.change("book", f"facilitation.{part}", slot, logged)
        return seq

    def postpone(self, part, reason):
        """Postpones a part on the command line."""
        with self.server.stopped():
            done = self.run("--json", "record", self.server.ledger, "--case", self.id, "session_postponed", f"part={part}", f"reason={reason}")
        self.change("cancel", f"facilitation.{part}", self.logged(json.loads(done)["seq"]))

    def identities(self):
        """The UIDs of all versions of the file."""
        return {entry[0] for _, _, entries in self.versions for entry in entries}
