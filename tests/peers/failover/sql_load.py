"""Load with plain SQL: writers that number their events under the lock of one row, and a reader that publishes."""
import itertools
import threading
import time
import uuid

import psycopg2

from judge import STUCK, UNEXPLAINED

SCHEMA = """
DROP TABLE IF EXISTS record, head;
CREATE TABLE head (number bigint NOT NULL);
INSERT INTO head VALUES (0);
CREATE TABLE record (number bigint PRIMARY KEY, event uuid NOT NULL UNIQUE, line text NOT NULL);
"""
LOCK = "SELECT number FROM head FOR UPDATE"
# After an error. The server that was the primary may be listening still.
RETRY = 0.2


class InDoubt(Exception):
    """A commit had no answer, or one that doesn't say that a standby has it."""


class Session:
    """A connection that is made again after an error."""

    def __init__(self, address):
        self.address, self.connection = address, None

    def run(self, work):
        """Runs `work` with a cursor in a transaction. Raises InDoubt if it is not known whether it was committed."""
        if self.connection is None:
            self.connection = psycopg2.connect(self.address)
        try:
            with self.connection.cursor() as cursor:
                result = work(cursor)
            self.connection.notices.clear()
            try:
                self.connection.commit()
            except psycopg2.Error as error:
                raise InDoubt(str(error)) from error
            # A canceled wait for the standby is a warning, and the commit succeeds.
            if self.connection.notices:
                raise InDoubt(self.connection.notices[-1])
            return result
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class SqlLoad:
    """The load on a cluster; `seen` has what its clients saw."""

    def __init__(self, cluster, seen, writers=8):
        self.cluster, self.seen = cluster, seen
        self.ended = threading.Event()
        work = [self.write] * writers + [self.follow]
        # As daemons: a commit that waits for a standby forever must not keep the program from ending.
        self.threads = [threading.Thread(target=each, daemon=True) for each in work]
        self.failed = []

    def start(self):
        Session(self.cluster.address()).run(lambda cursor: cursor.execute(SCHEMA))
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Ends the load once every event that was in doubt is settled, or after a minute. Returns errors to look at."""
        self.ended.set()
        deadline = time.monotonic() + 60
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
        if stuck := sum(thread.is_alive() for thread in self.threads):
            self.seen.count(STUCK, stuck)
        return self.failed[:5]

    def write(self):
        session = Session(self.cluster.address())
        try:
            while not self.ended.is_set():
                event = str(uuid.uuid4())
                self.seen.acknowledge(event, self.record(session, event))
        except Exception as error:  # noqa: BLE001 - the test reports it
            self.seen.count(UNEXPLAINED)
            self.failed.append(error)
        finally:
            session.close()

    def record(self, session, event):
        """Records an event, however often that takes. Returns its number once it is acknowledged."""
        doubt = False
        for attempt in itertools.count():
            try:
                number, is_new = session.run(lambda cursor: append(cursor, event))
                if doubt:
                    self.seen.count("in doubt, and not recorded" if is_new else "in doubt, and recorded")
                return number
            except InDoubt:
                if not doubt:
                    self.seen.count("in doubt")
                doubt = True
            except psycopg2.Error:
                self.seen.count("refused or not connected")
            if attempt > 2000:
                raise TimeoutError(f"event {event} could not be recorded")
            time.sleep(RETRY)

    def follow(self):
        session, last = Session(self.cluster.address()), 0
        while not self.ended.is_set():
            try:
                records = session.run(lambda cursor: rows(cursor, last))
                self.seen.show(records, self.seen.shown)
                # Published is only what a later commit on the same connection confirms: a standby then has all before it.
                session.run(lambda cursor: cursor.execute("UPDATE head SET number = number"))
                self.seen.show(records, self.seen.published)
                last = records[-1][0] if records else last
            except (InDoubt, psycopg2.Error):
                pass
            time.sleep(0.05)
        session.close()

    def records(self):
        """Returns all records in the end, from the primary, and that there is nothing else."""
        session = Session(self.cluster.address())
        try:
            return session.run(lambda cursor: rows(cursor, 0)), 0
        finally:
            session.close()

    def verify(self, folder):
        """Returns nothing: the rows have no chain."""
        return ""


def append(cursor, event):
    cursor.execute(LOCK)
    number = cursor.fetchone()[0] + 1
    cursor.execute("SELECT number FROM record WHERE event = %s", [event])
    if known := cursor.fetchone():
        # Writes something, so that its own commit waits for the standby, which then has the record too.
        cursor.execute("UPDATE head SET number = number")
        return known[0], False
    cursor.execute("INSERT INTO record VALUES (%s, %s, %s)", [number, event, "x" * 300])
    cursor.execute("UPDATE head SET number = %s", [number])
    return number, True


def rows(cursor, after):
    cursor.execute("SELECT number, event::text FROM record WHERE number > %s ORDER BY number", [after])
    return cursor.fetchall()
