"""Compares calendars that ibbi reads with Python's icalendar and recurring-ical-events: check_availability.py PROGRAM [--self-test]

PROGRAM is the example `busy` of ibbi-availability. Calendars are generated from a seed, and both sides expand them into quarter
hours that are taken. Exit code 4: something differs, or the calendars don't cover what they must. 75: a peer is missing.

Four things are left out, because the libraries and RFC 5545 disagree:
- Section 3.8.5.3: with DTEND, all times of a series have the same exact length. The libraries keep the length on the clock on
  the wall. Days on which a time of a series spans a clock change are not compared, and counted.
- Section 3.3.10: what BYWEEKNO leaves open is as in DTSTART. dateutil takes all days of the week, so BYDAY is always there.
- Section 3.3.5: a time that the clocks skip has the offset before. In a zone that a file defines, the libraries use the one after.
  Days with such a time are not compared, and counted.
- Section 3.8.4.4: a RECURRENCE-ID or EXDATE is one instant. recurring-ical-events compares it without its zone too, and leaves out
  another time of the series that looks the same in UTC. No such pair is generated."""
import collections, datetime as dt, json, pathlib, random, subprocess, sys, tempfile, zoneinfo

try:
    import icalendar, recurring_ical_events
except ImportError as error:
    print(f"Python's {error.name} is missing, so no calendar was compared with it")
    sys.exit(75)

CALENDARS, SEED = 360, 20261005
ZONES = ["America/New_York", "America/Chicago", "America/Phoenix", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe"]
WINDOWS = {"Eastern Standard Time": "America/New_York", "W. Europe Standard Time": "Europe/Berlin", "US Mountain Standard Time": "America/Phoenix"}
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FROM, TO = dt.date(2026, 9, 1), dt.date(2027, 4, 30)
UTC = dt.timezone.utc
covered = collections.Counter()
OWN_ZONE = """BEGIN:VTIMEZONE
TZID:{id}
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


def rule(rng, start, kind, day_only):
    """A rule that fits a start, without BYHOUR and the like for days."""
    freq = rng.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] + ([] if day_only else ["HOURLY", "MINUTELY", "SECONDLY"]))
    parts, interval = [f"FREQ={freq}"], rng.choice([1, 1, 2, 3])
    some = lambda values, most: ",".join(map(str, rng.sample(values, rng.randint(1, most))))
    if freq == "HOURLY":
        interval = rng.choice([5, 7, 24, 36])
        if rng.random() < .4: parts.append("BYHOUR=" + some(range(6, 20), 6)); interval = 1; covered["HOURLY with BYHOUR"] += 1
    elif freq == "MINUTELY":
        interval = rng.choice([90, 1440, 2000])
        if rng.random() < .4: parts.append("BYHOUR=9;BYDAY=" + some(DAYS, 2)); interval = 30; covered["MINUTELY with BYHOUR"] += 1
    elif freq == "SECONDLY":
        interval = rng.choice([43200, 50400, 65000])
    elif freq == "DAILY":
        if rng.random() < .3: parts.append("BYDAY=" + some(DAYS, 4)); covered["DAILY with BYDAY"] += 1
        if rng.random() < .3: parts.append("BYMONTH=" + some(range(1, 13), 6)); covered["BYMONTH"] += 1
        if rng.random() < .15: parts.append("BYMONTHDAY=" + some([1, 5, 13, 28, 31, -1, -3], 3))
    elif freq == "WEEKLY":
        if rng.random() < .7: parts.append("BYDAY=" + some(DAYS, 4)); covered["WEEKLY with BYDAY"] += 1
        if rng.random() < .5:
            parts.append("WKST=" + rng.choice(["SU", "MO", "WE"])); covered["WKST"] += 1
            interval = rng.choice([2, 3])
    elif freq == "MONTHLY":
        choice = rng.randrange(5)
        if choice == 0: parts.append("BYDAY=" + rng.choice(["1MO", "-1FR", "2TU,4TU", "5WE", "-5TH", "-2SU,3SA"])); covered["BYDAY with numbers"] += 1
        if choice == 1: parts.append("BYMONTHDAY=" + some([1, 13, 15, 29, 30, 31, -1, -2, -31], 3)); covered["BYMONTHDAY"] += 1
        if choice == 2: parts.append("BYDAY=MO,TU,WE,TH,FR;BYSETPOS=" + rng.choice(["-1", "1", "2,-2", "1,3"])); covered["BYSETPOS"] += 1
        if choice == 3: parts.append("BYDAY=FR;BYMONTHDAY=13"); covered["BYDAY with BYMONTHDAY"] += 1
    else:
        choice = rng.randrange(6)
        if choice == 0: parts.append(f"BYMONTH={rng.choice([9, 10, 11, 1, 3])};BYDAY={rng.choice(['1MO', '-1TH', '4TH', 'SU'])}"); covered["YEARLY with BYMONTH and BYDAY"] += 1
        if choice == 1: parts.append("BYYEARDAY=" + some([1, 32, 280, 300, 366, -1, -60, -366], 4)); covered["BYYEARDAY"] += 1
        if choice == 2: parts.append(f"BYWEEKNO={some([1, 5, 40, 45, 52, 53, -1, -2], 4)};BYDAY={some(DAYS, 3)}"); covered["BYWEEKNO"] += 1
        if choice == 3: parts.append(f"BYDAY={rng.choice(['20MO', '-10FR', '1SU', 'WE'])}"); covered["YEARLY with BYDAY"] += 1
        if choice == 4: parts.append(f"BYMONTH=10,12;BYMONTHDAY={some([1, 15, 31, -1], 3)}")
        interval = 1
    if freq in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") and not day_only and rng.random() < .15:
        parts.append("BYHOUR=" + some(range(7, 21), 2) + ";BYMINUTE=" + some([0, 15, 40], 2)); covered["BYHOUR"] += 1
    if interval > 1: parts.append(f"INTERVAL={interval}"); covered["INTERVAL"] += 1
    end = rng.random()
    if end < .3: parts.append(f"COUNT={rng.choice([1, 3, 10, 40, 200])}"); covered["COUNT"] += 1
    elif end < .65:
        last = start + dt.timedelta(days=rng.randint(20, 900))
        if day_only: parts.append(f"UNTIL={last:%Y%m%d}"); covered["UNTIL as a date"] += 1
        elif kind == "floating": parts.append(f"UNTIL={last:%Y%m%dT%H%M%S}"); covered["UNTIL as a local time"] += 1
        else: parts.append(f"UNTIL={last:%Y%m%dT%H%M%S}Z"); covered["UNTIL in UTC"] += 1
    covered[freq] += 1
    return ";".join(parts)


class Event:
    """An event's lines, with how its times are written."""
    def __init__(self, rng, number, own_zone):
        self.kind = rng.choice(["date", "zone", "zone", "utc", "floating", "windows", "own"])
        covered[self.kind] += 1
        self.zone = {"zone": rng.choice(ZONES), "windows": rng.choice(list(WINDOWS)), "own": own_zone}.get(self.kind)
        self.uid = f"{number}@example.org"
        day = dt.date(2026, 9, 1) + dt.timedelta(days=rng.randint(-700, 200))
        minute = rng.choice([rng.randrange(1440), rng.randrange(28, 80) * 15, rng.choice([90, 120, 150, 165])])
        self.start = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=0 if self.kind == "date" else minute)
        self.lines = [f"UID:{self.uid}", self.line("DTSTART", self.start)]
        length = dt.timedelta(days=rng.randint(1, 3)) if self.kind == "date" else dt.timedelta(minutes=rng.choice([5, 15, 40, 60, 90, 240, 600]))
        choice = rng.random()
        if choice < .1: covered["no end"] += 1
        elif choice < .5:
            days, minutes = divmod(length // dt.timedelta(minutes=1), 1440)
            self.lines.append("DURATION:P" + (f"{days}D" if days else "") + (f"T{minutes}M" if minutes else "")); covered["DURATION"] += 1
        else: self.lines.append(self.line("DTEND", self.start + length)); covered["DTEND"] += 1
        self.repeats = rng.random() < .75
        if self.repeats: self.lines.append("RRULE:" + rule(rng, self.start, self.kind, self.kind == "date"))
        if rng.random() < .2:
            others = [self.start + dt.timedelta(days=rng.randint(1, 300)) for _ in range(rng.randint(1, 3))]
            if self.kind == "utc" and rng.random() < .7:
                self.lines.append("RDATE;VALUE=PERIOD:" + ",".join(f"{other:%Y%m%dT%H%M%S}Z/" + rng.choice(["PT45M", f"{other + dt.timedelta(hours=2):%Y%m%dT%H%M%S}Z"]) for other in others)); covered["RDATE with periods"] += 1
            else: self.lines.append(self.line("RDATE", *others)); covered["RDATE"] += 1
        used = []
        for name, share, line in [("TRANSPARENT", .06, "TRANSP:TRANSPARENT"), ("CANCELLED", .04, "STATUS:CANCELLED"), ("TENTATIVE", .1, "STATUS:TENTATIVE"),
                                  ("free in Outlook", .05, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), ("tentative in Outlook", .05, "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"), ("out of office", .05, "X-MICROSOFT-CDO-BUSYSTATUS:OOF")]:
            if rng.random() < share and line.split(":")[0] not in used:
                self.lines.append(line); covered[name] += 1
                used.append(line.split(":")[0])
        if rng.random() < .5: self.lines.append("SUMMARY:" + "A long title; with BEGIN:VEVENT in it\\, " * 4); covered["folded"] += 1

    def line(self, name, *times):
        if self.kind == "date": return f"{name};VALUE=DATE:" + ",".join(f"{time:%Y%m%d}" for time in times)
        text = ",".join(f"{time:%Y%m%dT%H%M%S}" + ("Z" if self.kind == "utc" else "") for time in times)
        return f'{name};TZID="{self.zone}":{text}' if self.zone else f"{name}:{text}"

    def as_written(self, time):
        """A start of the library on this event's clock."""
        if not isinstance(time, dt.datetime): return dt.datetime.combine(time, dt.time())
        return time.replace(tzinfo=None)


def calendar(number):
    """The text of a calendar, made from the seed and a number."""
    rng = random.Random(SEED * 1000 + number)
    own = f"Customized Time Zone {number}"
    events = [Event(rng, index, own) for index in range(rng.randint(1, 4))]
    extra, parts = [], []
    series = [event for event in events if event.repeats]
    found = expand(text_of(own, events, [])) if series else []
    for event in series:
        ours = [one["DTSTART"].dt for one in found if str(one["UID"]) == event.uid]
        local = {start.replace(tzinfo=None) for start in ours if isinstance(start, dt.datetime) and start.tzinfo}
        universal = {start.astimezone(UTC).replace(tzinfo=None) for start in ours if isinstance(start, dt.datetime) and start.tzinfo}
        alike = set() if event.kind == "utc" else local & universal | {
            start.replace(tzinfo=None) for start in ours if isinstance(start, dt.datetime) and start.tzinfo and start.astimezone(UTC).replace(tzinfo=None) in local}
        starts = sorted({event.as_written(start) for uid, start in ((str(one["UID"]), one["DTSTART"].dt) for one in found) if uid == event.uid} - alike)
        if len(starts) > 2 and rng.random() < .5:
            out = rng.sample(starts, min(len(starts) // 2, rng.randint(1, 4)))
            event.lines.append(event.line("EXDATE", *out)); covered["EXDATE"] += 1
            starts = [start for start in starts if start not in out]
        if len(starts) > 2 and rng.random() < .4:
            moved = rng.choice(starts)
            lines = [f"UID:{event.uid}", event.line("RECURRENCE-ID", moved)]
            if rng.random() < .35: lines += [event.line("DTSTART", moved), "STATUS:CANCELLED"]; covered["RECURRENCE-ID that is canceled"] += 1
            else:
                to = moved + dt.timedelta(days=rng.randint(-3, 3), minutes=0 if event.kind == "date" else rng.choice([0, 30, 200]))
                lines += [event.line("DTSTART", to), event.line("DTEND", to + dt.timedelta(days=1) if event.kind == "date" else to + dt.timedelta(minutes=50))]; covered["RECURRENCE-ID that is moved"] += 1
            extra.append(["BEGIN:VEVENT", *lines, "END:VEVENT"])
    if rng.random() < .2:
        parts = ["BEGIN:VFREEBUSY", "ATTENDEE;CN=Anne Wu:mailto:wu@example.org"]
        for kind in ["BUSY", "BUSY-TENTATIVE", "BUSY-UNAVAILABLE", "FREE", ""]:
            start = dt.datetime(2026, 9, 5) + dt.timedelta(minutes=rng.randrange(200 * 1440))
            end = rng.choice(["PT1H30M", f"{start + dt.timedelta(minutes=75):%Y%m%dT%H%M%S}Z"])
            parts.append("FREEBUSY" + (f";FBTYPE={kind}" if kind else "") + f":{start:%Y%m%dT%H%M%S}Z/{end}"); covered["FREEBUSY " + kind] += 1
        extra.append(parts + ["END:VFREEBUSY"])
    return text_of(own, events, extra)


def text_of(own, events, extra):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//made up//EN", "X-WR-CALNAME:Anne Wu", *OWN_ZONE.format(id=own).split("\n")]
    for event in events: lines += ["BEGIN:VEVENT", *event.lines, "END:VEVENT"]
    for component in extra: lines += component
    folded = [line[at:at + 70] if at == 0 else " " + line[at:at + 70] for line in lines + ["END:VCALENDAR"] for at in range(0, max(len(line), 1), 70)]
    return "\r\n".join(folded) + "\r\n"


def expand(text):
    return recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(FROM - dt.timedelta(days=5), TO + dt.timedelta(days=5))


def slots(zone, start, end):
    """The quarter hours of a zone's days that a time takes."""
    if not isinstance(start, dt.datetime):
        for day in range((end - start).days): yield from (((start + dt.timedelta(days=day)).isoformat(), minute) for minute in range(0, 1440, 15))
        return
    first, last = (time.timestamp() for time in (start, end))
    at = first // 900 * 900
    while first < last and at < last:
        local = dt.datetime.fromtimestamp(at, zone)
        yield local.date().isoformat(), local.hour * 60 + local.minute
        at += 900


def mark_of(event):
    status, busy = str(event.get("STATUS", "")), str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", ""))
    if str(event.get("TRANSP", "")) == "TRANSPARENT" or status == "CANCELLED" or busy == "FREE": return None
    return "if_need_be" if "TENTATIVE" in (status, busy) else "cannot"


def expected(text, zone):
    """The quarter hours that the libraries find, and the days that are not compared."""
    found, skipped = {"cannot": set(), "if_need_be": set()}, set()
    aware = lambda time: time.replace(tzinfo=zone) if isinstance(time, dt.datetime) and time.tzinfo is None else time
    for event in expand(text):
        mark, start, end = mark_of(event), aware(event["DTSTART"].dt), aware(event["DTEND"].dt)
        if mark is None: continue
        if isinstance(start, dt.datetime) and start.utcoffset() != end.utcoffset() and "DURATION" not in event:
            skipped.update(day for day, _ in slots(zone, start, end + dt.timedelta(hours=2)))
        if "Customized" in str(getattr(event["DTSTART"], "params", {}).get("TZID", "")) and not exists(zoneinfo.ZoneInfo("America/New_York"), start.date().isoformat(), start.hour * 60 + start.minute):
            skipped.update((start.date() + dt.timedelta(days=days)).isoformat() for days in (-1, 0, 1))
        found[mark].update(slots(zone, start, end))
    for component in icalendar.Calendar.from_ical(text).walk("VFREEBUSY"):
        lines = component.get("FREEBUSY", [])
        for line in lines if isinstance(lines, list) else [lines]:
            kind = str(line.params.get("FBTYPE", "BUSY"))
            if kind != "FREE": found["if_need_be" if kind == "BUSY-TENTATIVE" else "cannot"].update(slots(zone, line.start, line.end))
    found["if_need_be"] -= found["cannot"]
    return found, skipped


def exists(zone, day, minute):
    """Whether the zone's clocks show this time."""
    local = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(minute // 60, minute % 60), zone)
    return local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


def differences(text, answer, zone):
    """How many quarter hours were compared, how many days were not, and what differs."""
    wanted, skipped = expected(text, zone)
    if answer.get("error") or answer["not_understood"]: return 0, 0, [f"not read: {answer.get('error') or answer['not_understood']}"]
    compared, wrong = 0, []
    for mark in wanted:
        ours = {(day, minute) for day, minutes in answer[mark].items() for minute in minutes}
        keep = lambda slot: FROM.isoformat() <= slot[0] <= TO.isoformat() and slot[0] not in skipped and exists(zone, *slot)
        ours, theirs = set(filter(keep, ours)), set(filter(keep, wanted[mark]))
        compared += len(ours | theirs)
        wrong += [f"{mark}: only ibbi has {slot}" for slot in sorted(ours - theirs)] + [f"{mark}: only the libraries have {slot}" for slot in sorted(theirs - ours)]
    return compared, len(skipped), wrong


def answers(program, texts, zone):
    with tempfile.TemporaryDirectory() as place:
        files = [pathlib.Path(place, f"{number}.ics") for number in range(len(texts))]
        for file, text in zip(files, texts): file.write_bytes(text.encode())
        output = subprocess.run([program, str(FROM), str(TO), zone, *map(str, files)], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def self_test(program):
    """Spoils an answer and a calendar. Both must be found."""
    zone, text = zoneinfo.ZoneInfo("America/New_York"), text_of("x", [], [["BEGIN:VEVENT", "DTSTART:20261005T130000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5", "END:VEVENT"]])
    answer, late, fewer = answers(program, [text, text.replace("T130000Z", "T131500Z"), text.replace("COUNT=5", "COUNT=4")], zone.key)
    spoiled = json.loads(json.dumps(answer))
    spoiled["cannot"]["2026-10-06"].pop()
    results = [len(differences(text, one, zone)[2]) for one in (answer, spoiled, late, fewer)]
    print(f"self-test: differences in the right answer, and in three wrong ones: {results}")
    return results == [0, 1, 10, 4]


def main():
    program = sys.argv[1]
    if not self_test(program): sys.exit(4)
    if "--self-test" in sys.argv: return
    by_zone = collections.defaultdict(list)
    for number in range(CALENDARS): by_zone[ZONES[number % 3]].append((number, calendar(number)))
    compared = skipped = wrong = 0
    for zone, made in by_zone.items():
        for (number, text), answer in zip(made, answers(program, [text for _, text in made], zone)):
            slots_compared, days, problems = differences(text, answer, zoneinfo.ZoneInfo(zone))
            compared, skipped, wrong = compared + slots_compared, skipped + days, wrong + len(problems)
            if problems:
                print(f"calendar {number} in {zone}: {len(problems)} differences, such as {problems[:3]}")
                pathlib.Path(tempfile.gettempdir(), f"calendar-{number}.ics").write_text(text)
    print(f"{CALENDARS} calendars: {compared} quarter hours compared, {wrong} differences, {skipped} days not compared")
    print("covered: " + ", ".join(f"{name} {times}" for name, times in sorted(covered.items())))
    required = """date zone utc floating windows own|no end|DURATION DTEND RDATE|RDATE with periods|EXDATE|RECURRENCE-ID that is moved|RECURRENCE-ID that is canceled|YEARLY MONTHLY
        WEEKLY DAILY HOURLY MINUTELY SECONDLY|BYDAY with numbers|BYMONTHDAY BYSETPOS BYYEARDAY BYWEEKNO BYMONTH WKST COUNT INTERVAL BYHOUR|UNTIL in UTC|UNTIL as a date|UNTIL as a local time|
        TRANSPARENT CANCELLED TENTATIVE|free in Outlook|tentative in Outlook|out of office|folded|FREEBUSY BUSY|FREEBUSY BUSY-TENTATIVE|FREEBUSY BUSY-UNAVAILABLE|FREEBUSY FREE"""
    names = [name for group in required.split("|") for name in ([group.strip()] if group.strip() in covered else group.split())]
    missing = [name for name in names if covered[name] < 5]
    if missing: print(f"the calendars have too few of: {', '.join(missing)}")
    if wrong or missing or skipped > 200 or compared < 100_000: sys.exit(4)


main()
