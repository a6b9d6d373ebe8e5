"""Compares the calendar reader of a poll's page with Python's icalendar and recurring-ical-events.

Usage: check_browser_calendar.py SCRIPT [SEED], where SCRIPT is the page's script, which Node runs. Calendars are generated from a seed; both
sides return the times that are taken, and the tentative ones, to the second. Exit code 4: something differs, or the calendars don't cover what they must. 75: a peer
is missing.

A series keeps its exact length when the clocks change (RFC 5545, section 3.8.5.3); the libraries keep the length on the clock. The hours around
such a time are not compared, and counted.
"""
import collections, datetime as dt, json, pathlib, random, shutil, subprocess, sys, zoneinfo

try:
    import icalendar, recurring_ical_events
except ImportError as error:
    print(f"Python's {error.name} is missing, so no calendar was compared with it")
    sys.exit(75)

CALENDARS = 400
FROM, TO = dt.datetime(2026, 9, 1), dt.datetime(2027, 4, 30)
UTC = dt.timezone.utc
ZONES = ["America/New_York", "America/Chicago", "America/Phoenix", "America/St_Johns", "Pacific/Honolulu", "Europe/London", "Australia/Lord_Howe"]
WINDOWS = ["Eastern Standard Time", "Central Standard Time", "Mountain Standard Time", "US Mountain Standard Time", "Pacific Standard Time",
           "Alaskan Standard Time", "Hawaiian Standard Time", "Atlantic Standard Time", "Newfoundland Standard Time", "UTC"]
TRAVEL = "X-APPLE-TRAVEL-DURATION"
OUTLOOK = "X-MICROSOFT-CDO-BUSYSTATUS"
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
covered = collections.Counter()


def some(rng, values, most):
    return ",".join(map(str, rng.sample(list(values), rng.randint(1, most))))


def rule(rng, start, kind):
    freq = rng.choice(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = {"FREQ": freq}
    choice = rng.randrange(5)
    if freq == "DAILY":
        if choice == 0: parts["BYDAY"] = some(rng, DAYS, 5)
        if choice == 1: parts["BYMONTH"] = some(rng, range(1, 13), 6)
        if choice == 2: parts["BYMONTHDAY"] = some(rng, [1, 5, 13, 28, 31, -1, -3], 4)
    elif freq == "WEEKLY":
        if choice < 3: parts["BYDAY"] = some(rng, DAYS, 4)
        if choice == 3: parts["BYMONTH"] = some(rng, range(1, 13), 6)
        if rng.random() < .5: parts["WKST"] = rng.choice(["SU", "MO", "WE"])
    elif freq == "MONTHLY":
        if choice == 0: parts["BYDAY"] = rng.choice(["1MO", "-1FR", "2TU,4TU", "5WE", "-5TH", "-2SU,3SA", "TU"])
        if choice == 1: parts["BYMONTHDAY"] = some(rng, [1, 13, 15, 29, 30, 31, -1, -2, -31], 3)
        if choice == 2: parts |= {"BYDAY": "MO,TU,WE,TH,FR", "BYSETPOS": rng.choice(["-1", "1", "2,-2", "1,3", "25"])}
        if choice == 3: parts |= {"BYDAY": "FR", "BYMONTHDAY": "13,14,15,-1"}
    else:
        if choice == 0: parts |= {"BYMONTH": rng.choice(["9", "11", "1,3"]), "BYDAY": rng.choice(["1MO", "-1TH", "4TH", "SU"])}
        if choice == 1: parts["BYDAY"] = rng.choice(["20MO", "-10FR", "1SU", "53TH", "WE"])
        if choice == 2: parts |= {"BYMONTH": "10,12", "BYMONTHDAY": some(rng, [1, 15, 31, -1], 3)}
        if choice == 3: parts |= {"BYMONTHDAY": some(rng, [2, 29, -1], 2), "BYSETPOS": "1,-1"}
    if kind != "date" and rng.random() < .1: parts |= {"BYHOUR": some(rng, range(7, 21), 3), "BYMINUTE": some(rng, [0, 15, 40], 2)}
    if rng.random() < .4: parts["INTERVAL"] = str(rng.choice([1, 2, 3, 5]))
    end = rng.random()
    last = start + dt.timedelta(days=rng.randint(20, 900))
    if end < .3: parts["COUNT"] = str(rng.choice([1, 3, 10, 40, 200]))
    elif end < .65: parts["UNTIL"] = f"{last:%Y%m%d}" if kind == "date" else f"{last:%Y%m%dT%H%M%S}" + ("" if kind == "floating" else "Z")
    for name in parts: covered[name] += 1
    covered[freq] += 1
    return ";".join(f"{name}={value}" for name, value in parts.items())


class Event:
    """The lines of an event, and how its times are written."""
    def __init__(self, rng, number):
        self.uid = f"{number}@example.org"
        self.kind = rng.choice(["date", "zone", "zone", "utc", "floating", "windows"])
        covered[self.kind] += 1
        self.zone = {"zone": rng.choice(ZONES), "windows": rng.choice(WINDOWS)}.get(self.kind)
        day = dt.datetime(2026, 9, 1) + dt.timedelta(days=rng.randint(-900, 220))
        self.start = day if self.kind == "date" else day + dt.timedelta(minutes=rng.choice([rng.randrange(1440), rng.randrange(28, 80) * 15]))
        length = dt.timedelta(days=rng.randint(1, 4)) if self.kind == "date" else dt.timedelta(minutes=rng.choice([5, 40, 90, 240, 900, 2000]))
        self.lines = [f"UID:{self.uid}", self.line("DTSTART", self.start)]
        choice = rng.random()
        if choice < .1: covered["no end"] += 1
        elif choice < .4: self.lines.append(f"DURATION:P{length.days}D" if self.kind == "date" else f"DURATION:PT{length // dt.timedelta(minutes=1)}M"); covered["DURATION"] += 1
        else: self.lines.append(self.line("DTEND", self.start + length)); covered["DTEND"] += 1
        self.repeats = rng.random() < .8
        if self.repeats: self.lines.append("RRULE:" + rule(rng, self.start, self.kind))
        if rng.random() < .25: self.lines.append(self.line("RDATE", *(self.start + dt.timedelta(days=rng.randint(1, 400)) for _ in range(rng.randint(1, 3))))); covered["RDATE"] += 1
        for share, line in [(.08, "TRANSP:TRANSPARENT"), (.1, "TRANSP:OPAQUE"), (.05, "STATUS:CANCELLED"), (.1, "STATUS:TENTATIVE"), (.06, f"{OUTLOOK}:TENTATIVE"),
                            (.04, f"{OUTLOOK}:FREE"), (.04, f"{OUTLOOK}:WORKINGELSEWHERE"), (.05, f"{OUTLOOK}:OOF")]:
            if rng.random() < share and not any(each.startswith(line[:6]) for each in self.lines): self.lines.append(line); covered[line] += 1
        if rng.random() < .12: self.lines.append(f"{TRAVEL};VALUE=DURATION:" + rng.choice(["PT15M", "PT1H30M", "PT45M", "P1D"])); covered[TRAVEL] += 1
        self.lines.append("SUMMARY:A long title\\; with BEGIN:VEVENT in it\\, and é " * 3)
        self.lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "DURATION:PT99H", "END:VALARM"]

    def line(self, name, *times):
        if self.kind == "date": return f"{name};VALUE=DATE:" + ",".join(f"{time:%Y%m%d}" for time in times)
        text = ",".join(f"{time:%Y%m%dT%H%M%S}" + ("Z" if self.kind == "utc" else "") for time in times)
        return f'{name};TZID="{self.zone}":{text}' if self.zone else f"{name}:{text}"


def text_of(components):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//made up//EN"]
    for component in components: lines += component
    lines.append("END:VCALENDAR")
    folded = [line[at:at + 60] if at == 0 else " " + line[at:at + 60] for line in lines for at in range(0, len(line), 60)]
    return "\r\n".join(folded) + "\r\n"


def expand(text):
    return recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(FROM - dt.timedelta(days=8), TO + dt.timedelta(days=8))


def calendar(seed, number):
    """The text of a calendar, made from a seed and a number."""
    rng = random.Random(seed * 100_000 + number)
    events = [Event(rng, index) for index in range(rng.randint(1, 4))]
    vevent = lambda lines: ["BEGIN:VEVENT", *lines, "END:VEVENT"]
    extra = []
    found = expand(text_of([vevent(event.lines) for event in events]))
    for event in events:
        starts = [one["DTSTART"].dt for one in found if str(one["UID"]) == event.uid]
        written = sorted({start.replace(tzinfo=None) if isinstance(start, dt.datetime) else dt.datetime.combine(start, dt.time()) for start in starts})
        # recurring-ical-events also compares a RECURRENCE-ID or EXDATE without its zone. No pair that only so looks the same is generated.
        if event.zone:
            universal = {start.astimezone(UTC).replace(tzinfo=None) for start in starts}
            zone = starts[0].tzinfo if starts else UTC
            written = [start for start in written if start not in universal and start.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) not in written]
        if event.repeats and len(written) > 2 and rng.random() < .5:
            out = rng.sample(written, min(len(written) // 2, rng.randint(1, 4)))
            event.lines.append(event.line("EXDATE", *out)); covered["EXDATE"] += 1
            written = [start for start in written if start not in out]
        if event.repeats and len(written) > 2 and rng.random() < .4:
            moved = rng.choice(written)
            lines = [f"UID:{event.uid}", event.line("RECURRENCE-ID", moved)]
            if rng.random() < .35: lines += [event.line("DTSTART", moved), "STATUS:CANCELLED"]; covered["RECURRENCE-ID, canceled"] += 1
            else:
                to = moved + dt.timedelta(days=rng.randint(-3, 3), minutes=0 if event.kind == "date" else rng.choice([0, 30, 200]))
                lines += [event.line("DTSTART", to), event.line("DTEND", to + (dt.timedelta(days=1) if event.kind == "date" else dt.timedelta(minutes=50)))]; covered["RECURRENCE-ID, moved"] += 1
                if rng.random() < .3: lines.append("STATUS:TENTATIVE"); covered["RECURRENCE-ID, tentative"] += 1
            extra.append(vevent(lines))
    if rng.random() < .2:
        lines = ["BEGIN:VFREEBUSY"]
        for kind in ["BUSY", "BUSY-TENTATIVE", "BUSY-UNAVAILABLE", "FREE"]:
            start = dt.datetime(2026, 9, 5) + dt.timedelta(minutes=rng.randrange(200 * 1440))
            lines.append(f"FREEBUSY;FBTYPE={kind}:{start:%Y%m%dT%H%M%S}Z/" + rng.choice(["PT1H30M", f"{start + dt.timedelta(minutes=75):%Y%m%dT%H%M%S}Z"])); covered["FREEBUSY"] += 1
        extra.append(lines + ["END:VFREEBUSY"])
    return text_of([vevent(event.lines) for event in events] + extra)


def expected(text, zone):
    """The times that the libraries find, as taken and as tentative, and the times that are not compared, in seconds since 1970."""
    found, skipped = {"busy": [], "tentative": []}, []
    def aware(time):
        if not isinstance(time, dt.datetime): time = dt.datetime.combine(time, dt.time())
        return time if time.tzinfo else time.replace(tzinfo=zone)
    for event in expand(text):
        status, outlook = str(event.get("STATUS", "")), str(event.get(OUTLOOK, ""))
        if str(event.get("TRANSP", "")) == "TRANSPARENT" or status == "CANCELLED" or outlook in ("FREE", "WORKINGELSEWHERE"): continue
        start, end = aware(event["DTSTART"].dt), aware(event["DTEND"].dt)
        if isinstance(event["DTSTART"].dt, dt.datetime) and start.utcoffset() != end.utcoffset():
            skipped.append((start.timestamp(), end.timestamp() + 7200)); covered["across a clock change"] += 1
        # The travel is before an event at a time. The libraries read it and do nothing with it.
        travel = event[TRAVEL].dt.total_seconds() if TRAVEL in event and isinstance(event["DTSTART"].dt, dt.datetime) else 0
        found["tentative" if "TENTATIVE" in (status, outlook) else "busy"].append((start.timestamp() - travel, end.timestamp()))
    for component in icalendar.Calendar.from_ical(text).walk("VFREEBUSY"):
        lines = component.get("FREEBUSY", [])
        for line in lines if isinstance(lines, list) else [lines]:
            kind = str(line.params.get("FBTYPE", "BUSY"))
            if kind != "FREE": found["tentative" if kind == "BUSY-TENTATIVE" else "busy"].append((line.start.timestamp(), line.end.timestamp()))
    return found, skipped


def merged(times, low, high, without):
    """Times without overlaps, within a range, and without the times that are not compared."""
    joined = []
    for start, end in sorted((max(start, low), min(end, high)) for start, end in times):
        if start >= end: continue
        if joined and start <= joined[-1][1]: joined[-1][1] = max(end, joined[-1][1])
        else: joined.append([start, end])
    for first, last in without:
        joined = [[start, end] for a, b in joined for start, end in ((a, min(b, first)), (max(a, last), b)) if start < end]
    return joined


def main():
    script, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20261129
    node = shutil.which("node")
    if not node: print("node is missing, so nothing was compared"); sys.exit(75)
    requests, texts = [], []
    for number in range(CALENDARS):
        zone = zoneinfo.ZoneInfo(ZONES[number % 4])
        low, high = (time.replace(tzinfo=zone).timestamp() for time in (FROM, TO))
        texts.append((calendar(seed, number), zone, low, high))
        requests.append(json.dumps({"text": texts[-1][0], "zone": zone.key, "from": low * 1000, "to": high * 1000}))
    # The last two are spoiled: the comparison must find it.
    spoiled = text_of([["BEGIN:VEVENT", "DTSTART:20261005T130000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5", "STATUS:TENTATIVE", "END:VEVENT"]])
    for change in [("COUNT=5", "COUNT=4"), ("TENTATIVE", "CONFIRMED")]:
        requests.append(json.dumps({"text": spoiled.replace(*change), "zone": "UTC", "from": FROM.timestamp() * 1000, "to": TO.timestamp() * 1000}))
    reader = pathlib.Path(__file__).with_name("check_browser_calendar.mjs")
    run = subprocess.run([node, str(reader), script], input="\n".join(requests) + "\n", capture_output=True, text=True)
    if run.returncode: print(run.stderr); sys.exit(4)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    compared, wrong = collections.Counter(), 0
    for number, ((text, zone, low, high), answer) in enumerate(zip(texts, answers, strict=False)):
        theirs, skipped = expected(text, zone)
        sides = {}
        for kind in theirs:
            sides[kind] = (merged([(start / 1000, end / 1000) for start, end in answer[kind]], low, high, skipped), merged(theirs[kind], low, high, skipped))
            compared[kind] += len(sides[kind][1])
        if any(ours != theirs for ours, theirs in sides.values()) or answer["unread"] or answer["unknownZones"]:
            wrong += 1
            show = lambda times: [dt.datetime.fromtimestamp(time, zone).isoformat() for pair in times[:3] for time in pair]
            for kind, (ours, theirs) in sides.items():
                print(f"calendar {number} in {zone.key}, {kind}: only in the browser {show([t for t in ours if t not in theirs])}, only in the libraries {show([t for t in theirs if t not in ours])}, "
                      f"unread {answer['unread']}, unknown {answer['unknownZones']}")
            if wrong <= 3: print(text)
    theirs, _ = expected(spoiled, zoneinfo.ZoneInfo("UTC"))
    found = [len(theirs["tentative"]) - len(answer["tentative"]) for answer in answers[-2:]]
    print(f"{CALENDARS} calendars: {compared['busy']} busy and {compared['tentative']} tentative times compared, {wrong} calendars differ; {covered['across a clock change']} times across a clock change not compared; "
          f"two spoiled calendars have {found[0]} and {found[1]} differences")
    print("covered: " + ", ".join(f"{name} {times}" for name, times in sorted(covered.items())))
    needed = "date zone utc floating windows DURATION DTEND RDATE EXDATE DAILY WEEKLY MONTHLY YEARLY INTERVAL COUNT UNTIL BYDAY BYMONTHDAY BYMONTH BYSETPOS WKST BYHOUR FREEBUSY".split()
    needed += ["no end", "RECURRENCE-ID, moved", "RECURRENCE-ID, canceled", "TRANSP:TRANSPARENT", "STATUS:CANCELLED", "STATUS:TENTATIVE",
               "RECURRENCE-ID, tentative", f"{OUTLOOK}:TENTATIVE", f"{OUTLOOK}:FREE", f"{OUTLOOK}:WORKINGELSEWHERE", TRAVEL]
    missing = [name for name in needed if covered[name] < 5]
    if missing: print(f"the calendars have too few of: {', '.join(missing)}")
    if wrong or missing or found != [1, 5] or compared["busy"] < 5000 or compared["tentative"] < 1000: sys.exit(4)


main()
