"""The records that the clients of a failover test saw, and whether the database has kept them."""
import collections
import threading
import time


# Counts that a test must not have.
UNEXPLAINED = "errors that no failover explains"
STUCK = "clients that still waited in the end"


class Seen:
    """The records that were acknowledged, shown, and published, by number. Threads share it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}  # ID: number
        self.shown = {}  # number: the IDs that a reader of the primary has read there
        self.published = {}  # number: the same, once a later commit was acknowledged
        self.times = []  # of each acknowledgment, in seconds of the monotonic clock
        self.counts = collections.Counter()

    def acknowledge(self, event, number):
        with self.lock:
            self.acknowledged[event] = number
            self.times.append(time.monotonic())

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def longest(self, what, seconds):
        with self.lock:
            self.counts[what] = max(self.counts[what], round(seconds, 1))

    def show(self, records, where):
        with self.lock:
            for number, event in records:
                where.setdefault(number, set()).add(event)

    def pause(self, begun, ended):
        """Returns the longest time without an acknowledgment between two instants, in seconds."""
        with self.lock:
            times = [each for each in self.times if begun <= each <= ended]
        times = [begun, *times, ended]
        return max(after - before for before, after in zip(times, times[1:]))

    def since(self, instant):
        with self.lock:
            return sum(each > instant for each in self.times)


def findings(seen, records, others=0):
    """Compares what was seen with all records in the end, a list of (number, ID), beside which the store has `others` without an
    ID. Returns counts: those that aren't in `ALLOWED` must be 0."""
    numbers, events = collections.Counter(), collections.Counter()
    at = {}
    for number, event in records:
        numbers[number] += 1
        events[event] += 1
        at[event] = number
    kept = lambda where: sum(event is not None and at.get(event) != number for number, found in where.items() for event in found)
    return {
        "records": len(records),
        "acknowledged": len(seen.acknowledged),
        "published": len(seen.published),
        "shown and erased": kept(seen.shown),
        "acknowledged and lost": sum(event not in events for event in seen.acknowledged),
        "acknowledged with another number": sum(at.get(event, number) != number for event, number in seen.acknowledged.items()),
        "published and erased": kept(seen.published),
        "recorded twice": sum(count > 1 for count in events.values()) + sum(count > 1 for count in numbers.values()),
        # A ledger has lines of its own, without an ID: at least the first.
        "gaps": max(numbers, default=0) - len(numbers) - others,
    }


ALLOWED = {"records", "acknowledged", "published", "shown and erased"}


def wrong(found):
    return {what: count for what, count in found.items() if count and what not in ALLOWED}
