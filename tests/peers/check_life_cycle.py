"""Follows bargaining units from the plan to the withdrawal in several calendar clients: python3 check_life_cycle.py IBBI READ_CALENDARS.MJS.

A unit has one identity, which `ibbi scenario new` made: that of its plan, of its poll, of the plan with the answers, and of its case. After
each step, every client must have the entries of the unit: the same set of (UID, SEQUENCE, start, end, STATUS). The calendars are a file
that `ibbi calendar` writes again at each step, the address of the case, the API, and the page. Each version is read by icalendar, vobject, ics,
and ical.js, put on Radicale through caldav, and given to a subscriber that follows RFC 5546. expected_calendar.py computes these sets, which
are compared with the state of the case. Exit code 4: something differs. 75: a client is missing."""
import datetime, sys, tempfile, urllib.request

import calendar_clients as clients
from serving import Server
from unit_case import DAY, SERVER_REMEMBERS, TODAY, Unit, compare, count, live, wrong

SESSIONS = ("meeting", "training.1", "facilitation.1", "facilitation.2")


def plan_and_poll(unit):
    """The plan, the poll, and the plan with the answers. Returns its sessions."""
    first = unit.check_plan("plan")
    set_back = (datetime.datetime.now(clients.UTC) - DAY).isoformat()
    unit.check_plan("the same plan with a clock that was set back", set_back)
    poll, links = unit.ask_everyone()
    unit.poll_results(poll)
    # The neutral can't come on the days of the plan, and labor's second negotiator not in the week after.
    begins = {datetime.datetime.fromisoformat(first[name][0]) for name in SESSIONS[2:]}
    days = {begin.astimezone(clients.UTC).date() for begin in begins}
    after = {max(days) + number * DAY for number in range(1, 8)}
    on = lambda days: [slot for slot in unit.slots if datetime.date.fromisoformat(slot[:10]) in days]
    answers = {"reyes": {"cannot": on(days)}, "diaz": {"cannot": on(after)}, "amari": {"if_need_be": unit.slots[::3]}, "castellan": {},
               "cole": {"cannot": unit.slots[-2:]}}
    for person, answer in answers.items():
        unit.answer(links[person], **answer)
    results = unit.poll_results(poll)
    compare("the poll, who has answered", [person["id"] for person in results["people"] if person["answered"]], answers)
    unit.save(results["scenario"])
    compare("the poll, the ID of the scenario", [results["scenario"]["id"]], [unit.id])
    sessions = unit.check_plan("poll")
    compare("the poll, sessions that stay", [name for name in SESSIONS if sessions[name] == first[name]], SESSIONS[:2])
    absent = {slot for answer in answers.values() for slot in answer.get("cannot", ())}
    compare("the poll, sessions at which someone can't come", {sessions[name][0] for name in SESSIONS[2:]} & absent, [])
    unit.format = "full_day"
    unit.check_plan("a plan of one part with a clock that was set back", set_back)
    unit.format = "two_half_days"
    again = unit.check_plan("a plan of two parts again in the same second", set_back)
    compare("a plan of two parts again", again.items(), sessions.items())
    return sessions


def follow(unit):
    """The case: the dates that were planned last are booked, and change until the withdrawal."""
    sessions = plan_and_poll(unit)
    unit.open_case("--scenario", unit.path)
    unit.read("open", "the address", unit.open(unit.address), set())
    unit.hold_until_decided(sessions)
    unit.check_case("decided")
    sessions = unit.planned(case=unit.id)
    compare("what a decided case still plans", sessions, SESSIONS[2:])
    unit.check_plan_on_server("the plan of the case", sessions, case=unit.id)
    if SERVER_REMEMBERS:
        unit.put_dates(sessions)
    for part in (1, 2):
        unit.book(part, sessions[f"facilitation.{part}"])
    unit.check_case("book")
    unit.check_plan_on_server("book", {}, case=unit.id)
    unit.postpone(2, "snow")
    unit.check_case("postpone")
    slot = lambda days, hour, hours: clients.local(TODAY + days * DAY, hour, hours)[1]
    unit.book(2, slot(64, 8, 4))
    unit.check_case("move")
    for part in (1, 2):
        unit.postpone(part, "one whole day in place of two halves")
    unit.record("format_chosen", format="full_day")
    unit.book(1, slot(52, 8, 8))
    unit.check_case("change the format, and drop the second part")
    unit.postpone(1, "two halves after all")
    unit.record("format_chosen", format="two_half_days")
    unit.book(1, slot(53, 8, 4))
    mistake = unit.book(2, slot(67, 13, 4))
    unit.check_case("bring the second part back")
    _, logged = unit.record("event_voided", seq=mistake, reason="the wrong day")
    unit.change("void", "facilitation.2", logged)
    unit.check_case("void a booking")
    unit.book(2, slot(68, 13, 4))
    unit.check_case("book it again")
    _, logged = unit.record("case_withdrawn", by="Rosa Amari", reason="a contract was signed")
    for part in (1, 2):
        unit.change("cancel", f"facilitation.{part}", logged)
    unit.check_case("withdraw")


def follow_on_server(unit):
    """The plan on the server alone: two parts, one, and two again, on the plan page and over the API by turns."""
    for step, formats in (("two parts", "two_half_days"), ("one part", "full_day"), ("two parts again", "two_half_days")):
        unit.format = formats
        unit.check_plan_on_server(f"{step} over the API", unit.planned())
        unit.check_plan_on_page(f"{step} on the page")


def problems(versions):
    """What a subscriber finds wrong with versions of a calendar, one after the other."""
    subscriber, found, uids = clients.Subscriber(), [], []
    for step, text, expected in versions:
        subscriber.take(text)
        found += [f"{step}: {entry}" for entry in subscriber.read() ^ expected]
        uids.append({entry[0] for entry in clients.by_icalendar(text)})
    found += [f"{uid} disappeared" for before, after in zip(uids, uids[1:]) for uid in before - after]
    return found + subscriber.refused


def self_test(versions):
    """Spoils the last version of a calendar, which must be found."""
    *before, (step, text, expected) = versions
    if found := problems(versions):
        wrong.append(f"the self-test: a good calendar has problems: {found[0]}")
    known = {entry[0]: entry for entry in clients.by_icalendar(before[-1][1])}
    events = text.split("BEGIN:VEVENT\r\n")
    # The entry that the last step has canceled.
    canceled = [entry for entry in clients.by_icalendar(text) if entry[4] == "CANCELLED" and known[entry[0]][4] != "CANCELLED"]
    uid, sequence, start = sorted(canceled)[0][:3]
    place = next(number for number, event in enumerate(events) if f"UID:{uid}\r\n" in event.replace("\r\n ", ""))
    unfolded = events[place].replace("\r\n ", "")
    rest = unfolded[unfolded.index("END:VEVENT\r\n") + len("END:VEVENT\r\n") :]
    local = datetime.datetime.fromisoformat(start).astimezone(clients.zoneinfo.ZoneInfo("America/New_York"))
    bad = {
        "a lower SEQUENCE": unfolded.replace(f"SEQUENCE:{sequence}\r\n", f"SEQUENCE:{known[uid][1] - 1}\r\n"),
        "the same SEQUENCE": unfolded.replace(f"SEQUENCE:{sequence}\r\n", f"SEQUENCE:{known[uid][1]}\r\n"),
        "another SEQUENCE": unfolded.replace(f"SEQUENCE:{sequence}\r\n", f"SEQUENCE:{sequence + 1}\r\n"),
        "another UID": unfolded.replace(f"UID:{uid}\r\n", f"UID:x{uid}\r\n"),
        "another status": unfolded.replace("STATUS:CANCELLED", "STATUS:CONFIRMED"),
        "another start": unfolded.replace(f":{local:%Y%m%dT%H%M%S}\r\n", f":{local:%Y%m%dT%H}0500\r\n", 1),
        "a missing cancellation": None,
    }
    for what, event in bad.items():
        others = [*events[:place], *([] if event is None else [event]), *events[place + 1 :]]
        spoiled = "BEGIN:VEVENT\r\n".join(others)
        if event is None and rest:
            spoiled += rest
        if spoiled == text or not problems([*before, (step, spoiled, expected)]):
            wrong.append(f"the self-test: {what} was not found")
    return len(bad)


def main():
    program, script = sys.argv[1:]
    js = clients.IcalJs(script)
    with tempfile.TemporaryDirectory() as folder, Server(program, folder) as server, clients.Radicale() as radicale:
        # Two units of one district.
        teachers, aides = (Unit(server, radicale, js, folder, name, "two_half_days") for name in ("teachers", "aides"))
        follow(teachers)
        follow_on_server(aides)
        sessions = aides.check_plan("plan")
        aides.open_case("--new-case", aides.id)
        aides.hold_until_decided(sessions)
        aides.book(1, clients.local(TODAY + 50 * DAY, 13, 4)[1])
        aides.check_case("book")
        compare("two units of one district, shared UIDs", teachers.identities() & aides.identities(), [])
        # A session has one identity from the plan to the booking and the cancellation.
        for unit in (teachers, aides):
            compare(f"{unit.name}, the sessions in all versions", unit.identities(), {f"{unit.id}.{session}@ibbi" for session in SESSIONS})
        person = server.ask("api/v1/calendars", {"person": "Ines Reyes"})["address"]
        both = clients.by_icalendar(urllib.request.urlopen(person, timeout=30).read().decode())
        compare("the neutral's address", both, teachers.on_address.read() | aides.on_address.read())
        spoiled = self_test(teachers.versions)
    js.end()
    print(clients.versions(script))
    for name, found in teachers.last.items():
        canceled = sum(entry[4] == "CANCELLED" for entry in found)
        print(f"  after the withdrawal, {name} has {len(live(found))} dates, which were held, and {canceled} canceled ones")
    steps = len(teachers.versions) + len(aides.versions)
    print(f"{steps} versions of 2 files, {count['comparisons']} comparisons, {spoiled} wrong calendars found, {len(wrong)} differences")
    print("\n".join(wrong[:40]), end="\n" if wrong else "")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
