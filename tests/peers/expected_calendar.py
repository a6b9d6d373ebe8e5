"""The entries that a calendar must have, made from docs/calendars.md alone: sets of (UID, SEQUENCE, start, end, STATUS)."""
import datetime

START = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


def sequence_at(time):
    """The SEQUENCE of an entry that was last changed at a time: the seconds from the start of 2020."""
    return int((time - START).total_seconds())


class CaseEntries:
    """The entries of a case, which change with its records."""

    def __init__(self, case):
        self.case, self.entries, self.states = case, {}, {}

    def book(self, session, times, logged):
        """A session that is booked, or moved. `times` is its start and its end, and `logged` is when the record was written."""
        self._change(f"{self.case}.{session}@ibbi", *times, "CONFIRMED", logged)

    def plan(self, session, times, sequence):
        """A planned session that was put on the calendar, with the SEQUENCE that the server says."""
        uid = f"{self.case}.{session}@ibbi"
        self.states.setdefault(uid, []).append((*times, "TENTATIVE"))
        self.entries[uid] = (sequence, *times, "TENTATIVE")

    def cancel(self, session, logged):
        """A session that was postponed, or is ahead when the case closes."""
        uid = f"{self.case}.{session}@ibbi"
        _, start, end, _ = self.entries[uid]
        self._change(uid, start, end, "CANCELLED", logged)

    def void(self, session, logged):
        """The last change of a session was a mistake: it is as it was before, and canceled if it was nothing before."""
        uid = f"{self.case}.{session}@ibbi"
        *before, (start, end, _) = self.states[uid]
        self._change(uid, *(before[-1] if before else (start, end, "CANCELLED")), logged)

    def _change(self, uid, start, end, status, logged):
        known = self.entries.get(uid)
        if known and known[1:] == (start, end, status):
            return
        self.states.setdefault(uid, []).append((start, end, status))
        least = known[0] + 1 if known else 0
        self.entries[uid] = (max(sequence_at(logged), least), start, end, status)

    def read(self):
        return {(uid, *entry) for uid, entry in self.entries.items()}


def planned(case, sessions, stamp):
    """The entries of a plan that was made at a time. `sessions` has the start and the end of each session."""
    return {(f"{case}.{session}@ibbi", sequence_at(stamp), *times, "TENTATIVE") for session, times in sessions.items()}


def joined(booked, plan):
    """The entries of a case with those of its plan. A session that was canceled and is planned again is planned."""
    entries = {entry[0]: entry for entry in booked}
    for uid, sequence, *rest in plan:
        known = entries.get(uid)
        if known is None:
            entries[uid] = (uid, sequence, *rest)
        elif known[4] == "CANCELLED":
            entries[uid] = (uid, max(sequence, known[1] + 1), *rest)
    return set(entries.values())


def published(before, now, stamp):
    """What is published after `before` if the entries are `now`, at a time: nothing is forgotten, and no SEQUENCE gets smaller."""
    known = {entry[0]: entry for entry in before}
    entries = {}
    for uid, sequence, *rest in now:
        old = known.get(uid)
        if old and old[2:] == tuple(rest):
            sequence = old[1] if rest[2] == "TENTATIVE" else max(sequence, old[1])
        elif old:
            sequence = max(sequence, old[1] + 1)
        entries[uid] = (uid, sequence, *rest)
    for uid, sequence, start, end, status in before:
        if uid not in entries:
            if status != "CANCELLED":
                sequence = max(sequence_at(stamp), sequence + 1)
            entries[uid] = (uid, sequence, start, end, "CANCELLED")
    return set(entries.values())
