"""Holds iCalendar files against Python's icalendar: python3 check_calendar.py BAD_CALENDARS FILE.ics...

Every file must be read without an error and say what RFC 5545 asks for: lines of at most 75 octets that end with CRLF, the
required properties, a UID for each event alone, its DTSTAMP and SEQUENCE, and for every TZID a VTIMEZONE. What the file's
own VTIMEZONE says of each event's offset must be what the time-zone database says. The first line of BAD_CALENDARS is a
calendar that must pass; each other line spoils it, and must be found. Exit code 4: something is wrong. 75: a peer is
missing."""
import datetime, json, sys, zoneinfo

try:
    import icalendar
except ImportError as error:
    print(f"Python's {error.name} is missing, so no calendar was checked with it")
    sys.exit(75)


def lines(data):
    """What is wrong with the bytes."""
    if not data.endswith(b"\r\n"):
        yield "the last line has no CRLF"
    for number, line in enumerate(data.split(b"\r\n"), 1):
        if b"\n" in line or b"\r" in line:
            yield f"line {number} has an end that is not CRLF"
        if len(line) > 75:
            yield f"line {number} has {len(line)} octets"


def once(component, names):
    """The properties that are not there exactly once."""
    for name in names:
        if name not in component:
            yield f"a {component.name} has no {name}"
        elif isinstance(component[name], list):
            yield f"a {component.name} has {name} more than once"


def calendar(data):
    """What is wrong with a file."""
    yield from lines(data)
    try:
        found = icalendar.Calendar.from_ical(data.decode())
    except (ValueError, KeyError, IndexError) as error:
        yield f"it cannot be read: {error}"
        return
    if errors := [(part.name, *error) for part in found.walk() for error in part.errors]:
        yield from (f"a {part} has an error: {name}: {error}" for part, name, error in errors)
        return
    if wrong := list(once(found, ["PRODID", "VERSION"])):
        yield from wrong
    elif found["VERSION"] != "2.0":
        yield f"VERSION is {found['VERSION']}"
    zones = {}
    for zone in found.walk("VTIMEZONE"):
        yield from once(zone, ["TZID"])
        parts = zone.walk("STANDARD") + zone.walk("DAYLIGHT")
        wrong = [each for part in parts for each in once(part, ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"])]
        yield from wrong
        if not wrong and parts:
            zones[str(zone["TZID"])] = zone.to_tz(lookup_tzid=False)
    events = found.walk("VEVENT")
    if not events:
        yield "there is no event"
    ids = set()
    for event in events:
        wrong = list(once(event, ["UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY"]))
        yield from wrong
        if not wrong:
            if event["UID"] in ids:
                yield f"the UID {event['UID']} stands twice"
            ids.add(event["UID"])
            yield from (f"{event['UID']}: {each}" for each in times(event, zones))


def times(event, zones):
    """What is wrong with an event's times."""
    stamp = event["DTSTAMP"]
    if stamp.params.get("TZID") or not hasattr(stamp.dt, "hour") or stamp.dt.utcoffset() is None:
        yield "DTSTAMP is not in UTC"
    if ("DTEND" in event) == ("DURATION" in event):
        yield "there are neither or both of DTEND and DURATION"
        return
    wrong = [each for name in ("DTSTART", "DTEND") if name in event for each in offset(name, event[name], zones)]
    yield from wrong
    if not wrong and event.end <= event.start:
        yield "it ends before it begins"


def offset(name, value, zones):
    """What is wrong with the zone of a time; a day has none."""
    if not hasattr(value.dt, "hour"):
        return
    tzid, local = value.params.get("TZID"), value.dt.replace(tzinfo=None)
    if tzid is None:
        if value.dt.utcoffset() is None:
            yield f"{name} has no time zone"
    elif tzid not in zones:
        yield f"{name} is in {tzid}, which has no VTIMEZONE"
    else:
        try:
            known = local.replace(tzinfo=zoneinfo.ZoneInfo(tzid)).utcoffset()
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            yield f"nobody knows {tzid}"
            return
        own = local.replace(tzinfo=zones[tzid]).utcoffset()
        if own != known:
            own, known = (each / datetime.timedelta(hours=1) for each in (own, known))
            yield f"{name} has the offset {own:+g} h by the file's VTIMEZONE, {known:+g} h by the database"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        good, *bad = map(json.loads, file)
    good = good["calendar"]
    wrong = [f"the good calendar: {each}" for each in calendar(good.encode())]
    for each in bad:
        spoiled = good.replace(each["from"], each["to"])
        if spoiled == good or not list(calendar(spoiled.encode())):
            wrong.append(f"not found: {each['reason']}")
    events = 0
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            data = file.read()
        events += data.count(b"BEGIN:VEVENT")
        wrong += [f"{path}: {each}" for each in calendar(data)]
    print(f"icalendar {icalendar.__version__}: {events} events of {len(sys.argv) - 2} calendars, {len(bad)} bad ones, {len(wrong)} wrong")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
