"""Reads the invitations of ibbi with icalendar, vobject, and ical.js, and lets ibbi read replies that icalendar made:
python3 check_invitations.py IBBI READ_CALENDARS.MJS SCENARIO

The replies are as Google, Outlook, and Apple write them, and some are spoiled. What ibbi must say about each is computed here, by
RFC 5546, from the invitations as icalendar reads them. Exit code 4: they differ. 75: a client is missing."""
import collections, datetime, json, pathlib, random, subprocess, sys, tempfile, tomllib

import calendar_clients as clients

import icalendar, vobject

UTC = datetime.timezone.utc
STAMP = "2026-01-01T12:00:00Z"
LATER = "2026-01-02T12:00:00Z"
ORGANIZER = ("P. \"Pat\" Sullivan", "p.sullivan@example.org")


def run(program, *args, code=0):
    done = subprocess.run([program, *map(str, args)], capture_output=True, text=True, timeout=120)
    if done.returncode != code:
        sys.exit(print(f"ibbi {' '.join(map(str, args))} returned {done.returncode}: {done.stdout}{done.stderr}") or 4)
    return done.stdout


def address(value):
    return str(value).split(":", 1)[1].lower()


def by_icalendar(text):
    """The method, the organizer, and the attendees of an invitation."""
    calendar = icalendar.Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    people = event["ATTENDEE"]
    people = people if isinstance(people, list) else [people]
    person = lambda it: (address(it), str(it.params["CN"]), str(it.params["ROLE"]), str(it.params.get("PARTSTAT", "")), str(it.params.get("RSVP", "")))
    organizer = event["ORGANIZER"]
    return str(calendar["METHOD"]), (address(organizer), str(organizer.params["CN"])), {person(it) for it in people}


def by_vobject(text):
    vars(vobject.icalendar)["__tzidMap"].clear()
    calendar = vobject.readOne(text)
    # This client leaves the codes of RFC 6868 as they are.
    name = lambda it: it.params["CN"][0].replace("^'", '"').replace("^^", "^")
    one = lambda it, key: it.params.get(key, [""])[0]
    people = {(address(it.value), name(it), one(it, "ROLE"), one(it, "PARTSTAT"), one(it, "RSVP")) for it in calendar.vevent.attendee_list}
    organizer = calendar.vevent.organizer
    return calendar.method.value, (address(organizer.value), name(organizer)), people


def expected_people(scenario, session, names):
    """Who is invited to a session: by the scenario's file alone, as docs/calendars-invitations.md says."""
    people = tomllib.loads(scenario)["people"]
    conductor = [it for it in people if it["role"] == "representative"] or [it for it in people if it["role"] == "neutral"]
    invited = set()
    for it in people:
        required = it.get("required", True)
        if session.startswith("meeting"):
            role = "REQ-PARTICIPANT" if it["role"] == "leader" and required or it["id"] == conductor[0]["id"] else None
        elif it["role"] == "neutral" or "party" in it:
            role = "REQ-PARTICIPANT" if required else "OPT-PARTICIPANT"
        else:
            role = None
        if role:
            invited.add((names[it["name"]], it["name"], role, "NEEDS-ACTION", "TRUE"))
    return invited


def check_requests(folder, published, scenario, names, js, wrong):
    """Compares the invitations with the ordinary calendar, in each client. Returns how many values were compared."""
    compared, entries = 0, {name: set() for name in (*clients.PYTHON, "ical.js")}
    for file in sorted(folder.glob("*.ics")):
        text = file.read_bytes().decode()
        for name, read in (clients.PYTHON | {"ical.js": js}).items():
            entries[name] |= read(text)
        people = expected_people(scenario, file.stem, names)
        want = ("REQUEST", (ORGANIZER[1], ORGANIZER[0]), people)
        for name, found in (("icalendar", by_icalendar(text)), ("vobject", by_vobject(text)), ("ical.js", js_people(js, text))):
            compared += 2 + len(people)
            if found != want:
                wrong.append(f"{file.name}: {name} reads {found}, and expected is {want}")
    ordinary = clients.by_icalendar(published)
    for name, found in entries.items():
        compared += len(found)
        if found != ordinary:
            wrong.append(f"{name}: the invitations are not the entries of the calendar: {found ^ ordinary}")
    return compared


def js_people(js, text):
    js.process.stdin.write(json.dumps({"people": text}) + "\n")
    js.process.stdin.flush()
    answer = json.loads(js.process.stdout.readline())
    return answer["method"], tuple(answer["organizer"]), {tuple(it) for it in answer["attendees"]}


PRODUCERS = ("google", "outlook", "apple")
ANSWERS = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined", "NEEDS-ACTION": "no_answer", "DELEGATED": "delegated"}
COMMENTS = (None, "I teach until noon, sorry; back at 1", "Je viens après l’école, " + "très " * 30 + "tard", "two\nlines")


def reply(producer, uid, sequence, person, answer, stamp, comment, spoil=None):
    """A reply as a program writes it, and a file name's end."""
    calendar, event = icalendar.Calendar(), icalendar.Event()
    calendar.add("PRODID", f"-//{producer}//EN")
    calendar.add("VERSION", "2.0")
    if spoil != "no method":
        calendar.add("METHOD", "REQUEST" if spoil == "not a reply" else "REPLY")
    upper = producer == "outlook"
    attendee = icalendar.vCalAddress(("MAILTO:" if upper else "mailto:") + (person.upper() if upper else person))
    if producer == "apple":
        attendee = icalendar.vCalAddress("urn:uuid:5be9b3a3-96da-4d2b-8f0c-6d1d7a2a2a11")
        attendee.params["EMAIL"] = person
    attendee.params["CN"] = "Name, of a \"person\""
    if spoil != "no answer given":
        attendee.params["PARTSTAT"] = answer
    event.add("ATTENDEE", attendee, encode=False)
    if spoil == "two attendees":
        event.add("ATTENDEE", icalendar.vCalAddress("mailto:other@example.org"), encode=False)
    # Google sends the organizer. Outlook and Apple often don't.
    if producer == "google":
        event.add("ORGANIZER", icalendar.vCalAddress("mailto:" + ORGANIZER[1]), encode=False)
    if spoil != "no UID":
        event.add("UID", uid)
    event.add("SEQUENCE", sequence)
    if spoil != "no DTSTAMP":
        event.add("DTSTAMP", stamp)
    if spoil == "recurrence":
        event.add("RECURRENCE-ID", stamp)
    event.add("SUMMARY", "Declined: a title that ibbi must not keep")
    if comment:
        event.add("COMMENT", comment)
    calendar.add_component(event)
    text = calendar.to_ical().decode()
    if spoil == "cut":
        text = text[: text.index("ATTENDEE")]
    return text.replace("\r\n", "\n") if producer == "google" else text


SPOILED = {"no method": "not_a_reply", "not a reply": "not_a_reply", "two attendees": "unreadable", "no UID": "unreadable",
           "no DTSTAMP": "unreadable", "no answer given": "unreadable", "recurrence": "unreadable", "cut": "unreadable"}


def make_replies(invited, folder, count):
    """Writes replies, and returns what ibbi must make of them: the answers, and the problem of each file that doesn't count."""
    rng = random.Random(1)
    uids = sorted(invited)
    given, problems, paths = collections.defaultdict(list), {}, []
    start = datetime.datetime(2026, 1, 3, 8, tzinfo=UTC)
    for number in range(count):
        uid = rng.choice(uids)
        sequence, people = invited[uid]
        person, answer = rng.choice(sorted(people)), rng.choice(sorted(ANSWERS))
        stamp = start + datetime.timedelta(seconds=rng.randrange(10**6) * 97 + number)
        comment, producer = rng.choice(COMMENTS), rng.choice(PRODUCERS)
        case, spoil, problem = rng.randrange(12), None, None
        if case == 0:
            spoil = rng.choice(sorted(SPOILED))
            problem = SPOILED[spoil]
        elif case == 1:
            uid, problem = uid.replace("@ibbi", "@example.org"), "unknown_uid"
        elif case == 2:
            person, problem = "stranger@example.org", "unknown_attendee"
        elif case == 3:
            sequence, problem = sequence - rng.randrange(1, 1000), "stale"
        elif case == 4:
            sequence, problem = sequence + rng.randrange(1, 1000), "newer"
        path = folder / f"reply-{number:03}.ics"
        path.write_bytes(reply(producer, uid, sequence, person, answer, stamp, comment, spoil).encode())
        paths.append(path)
        if problem:
            problems[str(path)] = problem
        else:
            given[uid, person].append((stamp, ANSWERS[answer], comment))
    return {key: max(answers) for key, answers in given.items()}, sum(map(len, given.values())), problems, paths


def differences(found, invited, answers, received, problems):
    """Where the output of ibbi differs from what is expected."""
    told = {(it["uid"], person["address"]): person for it in found["sessions"] for person in it["people"]}
    if set(told) != {(uid, person) for uid, (_, people) in invited.items() for person in people}:
        yield "the people of the sessions differ"
    for key, person in told.items():
        stamp, answer, comment = answers.get(key, (None, "no_answer", None))
        want = (answer, stamp and stamp.strftime("%Y-%m-%dT%H:%M:%S.000Z"), comment)
        if (person["answer"], person.get("at"), person.get("comment")) != want:
            yield f"{key}: {person}, and expected is {want}"
    unused = {it["file"]: it["problem"] for it in found["unused"]}
    for file in sorted(unused.keys() | problems.keys()):
        if unused.get(file) != problems.get(file):
            yield f"{file}: {unused.get(file)}, and expected is {problems.get(file)}"
    if (found["counted"], found["superseded"]) != (len(answers), received - len(answers)):
        yield f"{found['counted']} counted and {found['superseded']} superseded, of {received} replies about {len(answers)}"


def check_case(program, place, js, wrong):
    """A case from its meeting to its withdrawal: after each step, the invitations are the entries of the ordinary calendar."""
    ledger, sent, mail = place / "case.ledger", place / "case-sent", place / "case-list.csv"
    leaders = {"superintendent": "R. Amari", "union_president": "J. Ortiz", "school_committee": "T. Okafor"}
    mail.write_text("name,email\n" + "".join(f"{name},{seat}@example.org\n" for seat, name in leaders.items()))
    record = lambda *args: run(program, "record", ledger, *args)
    run(program, "new", ledger, "--district", "Maple Hollow", "--at", "2023-09-08 09:00")
    for seat, name in leaders.items():
        office = ["office=chair"] if seat == "school_committee" else []
        record("leader_agreed", f"seat={seat}", f"name={name}", *office, "--at", "2023-09-11 09:00")
    steps = {"booked": ("meeting_scheduled", "slot=2023-09-26 09:00-11:00", "--at", "2023-09-12 09:00"),
             "moved": ("meeting_scheduled", "slot=2023-09-28 13:00-15:00", "--at", "2023-09-13 09:00"),
             "withdrawn": ("case_withdrawn", "by=J. Ortiz", "reason=other plans", "--at", "2023-09-14 09:00")}
    known, last = clients.Subscriber(), None
    for step, (what, event) in enumerate(steps.items()):
        record(*event)
        run(program, "calendar", ledger, "--stamp", f"2023-09-1{step + 4} 12:00", "-o", place / "case.ics")
        run(program, "calendar", ledger, "--stamp", f"2023-09-1{step + 4} 12:00", "--invite", "--organizer", ORGANIZER[1], "--attendees", mail,
            "-o", sent, "--update")
        text = (sent / "meeting.ics").read_bytes().decode()
        [entry] = clients.by_icalendar(text)
        known.take(text)
        same = {name: read(text) for name, read in (clients.PYTHON | {"ical.js": js}).items()}
        same["the calendar"] = clients.by_icalendar((place / "case.ics").read_bytes().decode())
        same["a subscriber"] = known.read()
        wrong += [f"{what}: {name} has {found}, and the invitation is {entry}" for name, found in same.items() if found != {entry}]
        method, _, people = by_icalendar(text)
        want = ("CANCEL" if what == "withdrawn" else "REQUEST", {f"{seat}@example.org" for seat in leaders})
        if (method, {it[0] for it in people}) != want:
            wrong.append(f"{what}: {method} to {people}, and expected is {want}")
        # An answer to the invitation before the step.
        if last:
            path = place / f"case-{step}.ics"
            path.write_bytes(reply("apple", entry[0], last, "superintendent@example.org", "ACCEPTED",
                                   datetime.datetime(2023, 9, 13, tzinfo=UTC), None).encode())
            found = json.loads(run(program, "calendar", "replies", path, "--invitations", sent, "--json", code=3))
            problem, want = found["unused"][0]["problem"], "canceled" if what == "withdrawn" else "stale"
            if problem != want or found["counted"]:
                wrong.append(f"{what}: an answer to the invitation before is {problem}, and expected is {want}")
        last = entry[1]
    return len(steps)


def main():
    program, script, path, count = *sys.argv[1:4], 600
    scenario, wrong, js = pathlib.Path(path).read_text(), [], clients.IcalJs(script)
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        names = {it["name"]: f"{it['id']}@example.org" for it in tomllib.loads(scenario)["people"]}
        (place / "list.csv").write_text("name,email\n" + "".join(f"\"{name}\",{mail}\n" for name, mail in names.items()))
        invite = ("--invite", "--organizer", f"{ORGANIZER[0]} <{ORGANIZER[1]}>", "--attendees", place / "list.csv", "--output", place / "sent")
        run(program, "calendar", path, "--stamp", STAMP, "-o", place / "dates.ics")
        # Later, and nothing has changed: the entries keep the sequence of the published calendar.
        run(program, "calendar", path, "--stamp", LATER, *invite, "--published", place / "dates.ics")
        published = (place / "dates.ics").read_bytes().decode()
        compared = check_requests(place / "sent", published, scenario, names, js, wrong)
        files = [file.read_bytes().decode() for file in sorted((place / "sent").glob("*.ics"))]
        invited = {}
        for text in files:
            [entry] = clients.by_icalendar(text)
            invited[entry[0]] = (entry[1], {it[0] for it in by_icalendar(text)[2]})
        answers, received, problems, paths = make_replies(invited, place, count)
        command = ("calendar", "replies", *paths, "--invitations", place / "sent", "--json")
        said = run(program, *command, code=3)
        if "must not keep" in said:
            wrong.append("the title of a reply is in the output")
        found = json.loads(said)
        wrong += differences(found, invited, answers, received, problems)
        if json.loads(run(program, "calendar", "replies", *reversed(paths), "--invitations", place / "sent", "--json", code=3)) != found:
            wrong.append("the order of the files makes a difference")
        # What the comparison is for: a wrong expectation is found.
        key, kept = next(iter(sorted(answers.items())))
        file = next(iter(problems))
        bad = [(answers | {key: (kept[0], "another", kept[2])}, problems), ({k: v for k, v in answers.items() if k != key}, problems),
               (answers, problems | {file: "another"}), (answers, {k: v for k, v in problems.items() if k != file})]
        for number, (other, others) in enumerate(bad):
            if not list(differences(found, invited, other, received, others)):
                wrong.append(f"the self-test {number} found no difference")
        if set(problems.values()) != {"not_a_reply", "unreadable", "unknown_uid", "unknown_attendee", "stale", "newer"}:
            wrong.append(f"not every problem was made: {sorted(set(problems.values()))}")
        steps = check_case(program, place, js, wrong)
    js.end()
    print(f"{len(files)} invitations in four clients, {compared} values compared; {len(paths)} replies, {len(problems)} of them spoiled, "
          f"{len(answers)} answers and {len(bad)} wrong expectations found; {steps} steps of a case; {len(wrong)} differences")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
