"""Reads calendar files with several clients, and puts every entry on a CalDAV server and reads it back:
python3 check_clients.py READ_CALENDARS.MJS FILE.ics...

All clients must have the same set of (UID, SEQUENCE, start, end, STATUS). Exit code 4: they differ. 75: a client is missing."""
import sys

import calendar_clients as clients


def differences(what, sets):
    """Where the sets of the clients differ from that of the first."""
    (first, expected), *others = sets.items()
    for name, found in others:
        for entry in sorted(found ^ expected, key=str):
            has = first if entry in expected else name
            yield f"{what}: only {has} of {first} and {name} has {entry}"


def spoiled(text, old, new):
    if text.count(old) < 1:
        sys.exit(print(f"the self-test has no {old!r} to spoil") or 4)
    return text.replace(old, new, 1)


def main():
    script, *paths = sys.argv[1:]
    wrong, compared, entries = [], 0, 0
    js = clients.IcalJs(script)
    readers = clients.PYTHON | {"ical.js": js}
    last = None
    with clients.Radicale() as server:
        for number, path in enumerate(paths):
            with open(path, encoding="utf-8", newline="") as file:
                text = file.read()
            sets = {name: read(text) for name, read in readers.items()}
            collection = server.calendar(f"calendar-{number}")
            # Twice: a second import must not show an entry twice.
            collection.put(text)
            collection.put(text)
            sets["Radicale"] = collection.read()
            written = text.count("BEGIN:VEVENT")
            wrong += [f"{path}: {name} has {len(found)} of {written} entries" for name, found in sets.items() if len(found) != written]
            wrong += differences(path, sets)
            compared += len(sets) * written
            entries += written
            last = (collection, text) if written else last
        # What the comparison is for: an entry that differs is found in each client.
        if last is None:
            sys.exit(print("no file has an entry, so nothing was compared") or 4)
        collection, text = last
        sequence = next(line for line in text.splitlines() if line.startswith("SEQUENCE:"))
        bad = {
            "another SEQUENCE": spoiled(text, sequence, "SEQUENCE:2147483000"),
            "another UID": spoiled(text, "UID:", "UID:x"),
            "another status": spoiled(text, "STATUS:CONFIRMED" if "STATUS:CONFIRMED" in text else "STATUS:TENTATIVE", "STATUS:CANCELLED"),
            "a missing entry": text[: text.index("BEGIN:VEVENT")] + text[text.index("END:VEVENT\r\n") + 12 :],
        }
        for what, other in bad.items():
            for name, read in readers.items():
                if not list(differences(what, {"ibbi": clients.by_icalendar(text), name: read(other)})):
                    wrong.append(f"the self-test: {name} doesn't show {what}")
            stored = server.calendar("self-test-" + what.replace(" ", "-"))
            stored.put(other)
            if not list(differences(what, {"ibbi": clients.by_icalendar(text), "Radicale": stored.read()})):
                wrong.append(f"the self-test: Radicale doesn't show {what}")
    js.end()
    print(f"{clients.versions(script)}: {entries} entries of {len(paths)} calendars, {compared} compared, {len(bad)} bad ones found, "
          f"{len(wrong)} differences")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
