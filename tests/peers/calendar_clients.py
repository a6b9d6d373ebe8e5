"""Calendar clients that read what ibbi wrote: Python's icalendar, vobject and ics, npm's ical.js, and Radicale through caldav.

Each gives the same: a set of (UID, SEQUENCE, start, end, STATUS), with instants in UTC. Exit code 75: a client is missing."""
import datetime, json, logging, os, pathlib, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request, zoneinfo

logging.disable(logging.WARNING)
try:
    import caldav, ics, icalendar, radicale, vobject
except ImportError as error:
    print(f"Python's {error.name} is missing, so no calendar was checked with it")
    sys.exit(75)

UTC = datetime.timezone.utc


def instant(value):
    """A time as text in UTC."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_icalendar(text):
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return {(str(e["UID"]), int(e["SEQUENCE"]), instant(e.start), instant(e.end), str(e["STATUS"])) for e in events}


def by_vobject(text):
    # This client keeps the first VTIMEZONE of a name for all later calendars.
    vars(vobject.icalendar)["__tzidMap"].clear()
    vobject.icalendar.registerTzid("UTC", UTC)
    found = set()
    for calendar in vobject.readComponents(text):
        for e in calendar.contents.get("vevent", []):
            times = instant(e.dtstart.value), instant(e.dtend.value)
            found.add((e.uid.value, int(e.sequence.value), *times, e.status.value))
    return found


def by_ics(text):
    found = set()
    for e in ics.Calendar(text).events:
        # This client has no SEQUENCE of its own, and keeps it as it was.
        sequence = [int(line.value) for line in e.extra if line.name == "SEQUENCE"]
        found.add((e.uid, *sequence, instant(e.begin.datetime), instant(e.end.datetime), e.status))
    return found


PYTHON = {"icalendar": by_icalendar, "vobject": by_vobject, "ics": by_ics}


class IcalJs:
    """A running Node.js with ical.js. `script` is read_calendars.mjs beside its node_modules."""

    def __init__(self, script):
        self.process = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, text):
        self.process.stdin.write(json.dumps(text) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(self.process.wait() or 4)
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return {tuple(entry) for entry in answer["entries"]}

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def versions(js):
    own = [f"{module.__name__} {getattr(module, '__version__', None) or getattr(module, 'VERSION', '')}".strip()
           for module in (icalendar, vobject, ics, radicale, caldav)]
    lock = json.loads((pathlib.Path(js).parent / "package-lock.json").read_text())
    return ", ".join(own + ["ical.js " + lock["packages"]["node_modules/ical.js"]["version"]])


def pieces(text):
    """The entries of a calendar, each as a calendar of its own: CalDAV stores one UID in a file, without METHOD (RFC 4791, 4.1)."""
    begin, end = "BEGIN:VEVENT\r\n", "END:VEVENT\r\n"
    head, *events = text.split(begin)
    head = "".join(line for line in head.splitlines(True) if not line.startswith("METHOD:"))
    return [head + begin + event[: event.index(end)] + end + "END:VCALENDAR\r\n" for event in events]


class Radicale:
    """A Radicale on a free loopback port, with storage that is deleted at the end, and a client of it."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "radicale", "--config", "", f"--server-hosts=127.0.0.1:{port}", "--auth-type=none",
                   "--rights-type=authenticated", f"--storage-filesystem-folder={self.folder.name}", "--logging-level=error"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        url = f"http://127.0.0.1:{port}/"
        for _ in range(200):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    sys.exit(print("Radicale did not start") or 75)
                time.sleep(0.1)
        self.client = caldav.DAVClient(url=url, username="ibbi", password="x")
        self.principal = self.client.principal()
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def calendar(self, name):
        return Collection(self.principal.make_calendar(name=name, cal_id=name))


class Collection:
    """A calendar on the server. A put replaces the entry with the same UID."""

    def __init__(self, calendar):
        self.calendar = calendar

    def put(self, text):
        for piece in pieces(text):
            # The client would count a SEQUENCE of its own.
            self.calendar.add_event(piece, increase_seqno=False)

    def read(self):
        found = [by_icalendar(event.data) for event in self.calendar.get_events()]
        entries = set().union(*found)
        if len(entries) != len(found):
            raise ValueError(f"{len(found)} files for {len(entries)} entries")
        return entries


class Subscriber:
    """A calendar program that follows RFC 5546, 3.2.1: by UID, a larger SEQUENCE replaces, and the same one with a later DTSTAMP.
    What it would ignore although it differs is refused."""

    def __init__(self):
        self.entries, self.stamps, self.refused = {}, {}, []

    def take(self, text):
        stamps = {str(e["UID"]): e["DTSTAMP"].dt for e in icalendar.Calendar.from_ical(text).walk("VEVENT")}
        for entry in sorted(by_icalendar(text)):
            uid, sequence = entry[:2]
            known = self.entries.get(uid)
            if known is None or (sequence, stamps[uid]) >= (known[1], self.stamps[uid]):
                if known and sequence == known[1] and entry != known:
                    self.refused.append(f"{uid} has changed with the same SEQUENCE {sequence}")
                self.entries[uid], self.stamps[uid] = entry, stamps[uid]
            elif entry != known:
                self.refused.append(f"{uid} came with SEQUENCE {sequence} after {known[1]}")

    def read(self):
        return set(self.entries.values())


def local(day, hour, hours, zone="America/New_York"):
    """A slot on a day, as the API and the command line take it, and its instants in UTC."""
    starts = datetime.datetime(day.year, day.month, day.day, hour, tzinfo=zoneinfo.ZoneInfo(zone))
    ends = (starts.astimezone(UTC) + datetime.timedelta(hours=hours)).astimezone(zoneinfo.ZoneInfo(zone))
    return {"starts": starts.isoformat(), "ends": ends.isoformat()}, (instant(starts), instant(ends))
