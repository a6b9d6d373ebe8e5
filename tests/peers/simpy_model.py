"""A district's way through the institute as SimPy processes, under the first or the second model. It was written from
docs/simulation.md and not from the program:

    python3 simpy_model.py SCENARIO [--runs N] [--seed S | --keyed S] [--set NAME=VALUE]... [--each] [--serve]

Two kinds of randomness: Python's own generator, drawn from as the processes come to it (--seed), or the numbers that the
page defines for every single draw (--keyed), with which each run must agree with the program's. --set replaces an
assumption, --each lists every run, and --serve reads lines `own RUNS SEED` or `keyed RUNS SEED` from standard
input and answers each with a line of JSON, in which `seconds` is the time of the runs alone."""
import argparse, bisect, collections, itertools, json, math, random, sys, time

import simpy

from district import CHANCES, DURATIONS, HORIZON, SECOND, read

ENDINGS = ("completed", "not_adopted", "leader_declined", "withdrawn", "unfinished")
GRACE = 15  # minutes that a part can be short
PERCENTS = (10, 50, 80, 90)
WAITS = ("leader_answers", "booking_delay", "meeting_notice", "letters", "acceptance", "session_notice", "concerns")
WAITS += ("decisions", "postponements")
CAUSES = (*WAITS, "calendars")  # nothing is booked before the first day of a scenario
NAMES = [*DURATIONS, *CHANCES, "cut_after", "pace_spread", "booking_delay_days", "ratification_days"]
STREAMS = {name: stream for stream, name in enumerate(NAMES, 1)}


# Randomness.

class Draws:
    """What is drawn in a run, by the assumption's name and the occurrence."""

    def __init__(self, scenario, seed):
        self.scenario, self.assumed = scenario, scenario.assumed

    def begin(self, run):
        spread = self.assumed.get("pace_spread")
        self.pace = 1 if spread is None else self.triangular("pace_spread", 0, [1 / (1 + spread), 1, 1 + spread])

    def days(self, name, occurrence):
        """A duration at the pace of the run. A single number stays as it is."""
        estimate = self.assumed[name]
        if not isinstance(estimate, list):
            return estimate
        return min(math.floor(self.triangular(name, occurrence, estimate) * self.pace + 0.5), HORIZON)


class Own(Draws):
    """Python's generator; which draw it is does not matter."""

    def __init__(self, scenario, seed):
        super().__init__(scenario, seed)
        self.random = random.Random(seed)

    def triangular(self, name, occurrence, estimate):
        least, likely, most = estimate
        return self.random.triangular(least, most, likely)

    def true(self, name, occurrence, day=None):
        return self.random.random() < self.scenario.chance(name, day)

    def cut_after(self, multiples, occurrence):
        return 30 * self.random.randint(1, multiples)


def mix(value):
    mask = 2**64 - 1
    value = (value + 0x9E3779B97F4A7C15) & mask
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & mask
    value = (value ^ value >> 27) * 0x94D049BB133111EB & mask
    return value ^ value >> 31


class Keyed(Draws):
    """The page's numbers: a function of seed, run, assumption and occurrence."""

    def __init__(self, scenario, seed):
        super().__init__(scenario, seed)
        self.seed = mix(seed)

    def begin(self, run):
        self.run = mix(self.seed ^ run)
        super().begin(run)

    def number(self, name, occurrence):
        return (mix(mix(self.run ^ STREAMS[name]) ^ occurrence) >> 11) / 2**53

    def triangular(self, name, occurrence, estimate):
        least, likely, most = estimate
        u, w = self.number(name, occurrence), most - least
        if w == 0:
            return likely
        if u * w < likely - least:
            return least + math.sqrt(u * w * (likely - least))
        return most - math.sqrt((1 - u) * w * (most - likely))

    def true(self, name, occurrence, day=None):
        return self.number(name, occurrence) < self.scenario.chance(name, day)

    def cut_after(self, multiples, occurrence):
        return 30 * (1 + math.floor(self.number("cut_after", occurrence) * multiples))


# A run.

Result = collections.namedtuple("Result", "ending day milestones causes stopped")


class Booked:
    """A part of the training or the facilitation, the minutes that are left of it, and the day that is booked for them."""

    def __init__(self, part, day):
        self.kind, self.name, self.base = part.kind, part.name, 1024 * part.block
        self.day, self.minutes = day, part.minutes
        self.attempts, self.rebookings, self.sessions = itertools.count(), itertools.count(), 0


class Run:
    """One district's way: processes on SimPy's clock, which counts days from the start."""

    def __init__(self, scenario, draw):
        self.scenario, self.draw = scenario, draw
        self.env = simpy.Environment()
        self.over = self.env.event()
        self.last_session = -1
        self.gates = {}
        self.adopts = [False, False]
        self.last_decision = -1
        self.milestones = {}  # the day of each that the run has reached
        self.causes = dict.fromkeys(WAITS, 0)  # the days on each
        self.env.timeout(HORIZON).callbacks.append(lambda _: self.end("unfinished"))
        self.env.process(self.process())

    def result(self):
        """How and when the run ended, and what happened when. Days of no other cause are the calendars'."""
        ending, day = self.env.run(until=self.over)
        if ending == "completed":
            self.causes["calendars"] = day - sum(self.causes.values())
        return Result(ending, day, self.milestones, self.causes, self.stopped(ending))

    def gate(self, name, occurrence):
        """A chance that can end a run. It is drawn once."""
        if (name, occurrence) not in self.gates:
            self.gates[name, occurrence] = self.draw.true(name, occurrence)
        return self.gates[name, occurrence]

    def stopped(self, ending):
        """Why the run doesn't go ahead, and None if it does. An unfinished run draws what it did not come to."""
        if ending != "unfinished":
            return None if ending == "completed" else ending
        if any([self.gate("leader_declines", seat) for seat in range(3)]):
            return "leader_declined"
        if any([self.gate("withdraws", stage) for stage in range(3)]):
            return "withdrawn"
        if not all([self.gate("labor_adopts", 0), self.gate("management_adopts", 0)]):
            return "not_adopted"
        return "withdrawn" if self.gate("withdraws", 3) else None

    def end(self, ending):
        if not self.over.triggered:
            self.over.succeed((ending, self.env.now))

    def until(self, day):
        """What comes on a day; on one that does not exist, nothing ever comes."""
        return self.env.timeout(day - self.env.now) if day < HORIZON else self.env.event()

    def working(self, wait):
        """The first working day from so many days on comes."""
        return self.until(self.scenario.work[min(self.env.now + wait, HORIZON)])

    def together(self, process, numbers):
        return self.env.all_of([self.env.process(process(number)) for number in numbers])

    def withdraws(self, stage):
        gone = self.gate("withdraws", stage)
        if gone:
            self.end("withdrawn")
        return gone

    def reach(self, milestone):
        self.milestones[milestone] = self.env.now

    def process(self):
        scenario, draw, causes = self.scenario, self.draw, self.causes
        yield self.together(self.leader, range(3))
        earliest = yield from self.booking(0, scenario.meeting_notice, 0)
        causes["meeting_notice"] = earliest - self.env.now
        yield self.until(scenario.first("meeting", scenario.meeting, earliest))
        self.last_session = self.env.now
        self.reach("meeting")
        if self.withdraws(0):
            return
        yield self.together(self.letter, range(3))
        causes["acceptance"] = review = draw.days("application_review_days", 0)
        yield self.working(review)
        self.reach("acceptance")
        if self.withdraws(1):
            return
        yield from self.hold("training", 0)
        if self.withdraws(2):
            return
        yield self.together(self.caucus, range(2))
        self.reach("decisions")
        if not all(self.adopts):
            return self.end("not_adopted")
        if self.withdraws(3):
            return
        yield from self.hold("facilitation", 1)
        self.ratify()
        self.end("completed")

    def leader(self, seat):
        """The last answer counts. Those of one day come in the order of seats, in which they were begun."""
        days = self.draw.days("leader_response_days", seat)
        yield self.working(days)
        self.causes["leader_answers"] = days
        if not self.over.triggered and self.gate("leader_declines", seat):
            self.end("leader_declined")

    def letter(self, body):
        """The last letter counts, as with the leaders' answers."""
        days = self.draw.days("written_confirmation_days", body)
        yield self.working(days)
        self.causes["letters"] = days

    def caucus(self, party):
        """What a party will decide is drawn when it meets, even if its day does not come."""
        draw = self.draw
        concern = draw.days("concern_days", party) if draw.true("concern_raised", party) else None
        days = draw.days("caucus_days", party)
        self.adopts[party] = self.gate(("labor_adopts", "management_adopts")[party], 0)
        if concern is not None:
            yield self.working(concern)
        yield self.working(days)
        self.decided(party, concern or 0, days)

    def decided(self, party, concern, days):
        """The later decision counts, and labor's if both are of one day. They come in any order on that day."""
        if party == 0 or self.last_decision < self.env.now:
            self.causes["concerns"], self.causes["decisions"] = concern, days
        self.last_decision = self.env.now

    def booking(self, number, notice, occurrence):
        """Waits until something is booked, and gives the earliest day for it."""
        due = self.env.now
        if "booking_delay_days" in self.draw.assumed:
            yield self.working(self.draw.days("booking_delay_days", number))
        self.causes["booking_delay"] += self.env.now - due
        return max(self.env.now + self.draw.days(notice, occurrence), self.last_session + 1)

    def hold(self, kind, number):
        """Books the parts of the training or the facilitation, and waits for the sessions of all."""
        earliest = yield from self.booking(1 + number, "session_notice_days", number)
        booked = self.env.now
        self.parts, before = [], -1
        for part in self.scenario.parts[kind]:
            before = self.first_booking(part, booked, earliest, before)
            self.parts.append(Booked(part, before))
        self.exist()
        self.causes["session_notice"] += min(earliest, before) - booked  # a fixed session can need no notice
        yield self.together(self.sessions, self.parts)
        self.causes["postponements"] += self.env.now - before

    def first_booking(self, part, booked, earliest, before):
        """The day of a part's first session: the one that is agreed, or the first after the day of the part before."""
        if part.fixed is not None and part.fixed > max(booked, before):
            return part.fixed
        return self.scenario.first(part.kind, part.minutes, max(earliest, before + 1))

    def exist(self):
        """A part without a day ends the run at once, even if the other part has one."""
        if any(part.day >= HORIZON for part in self.parts):
            self.end("unfinished")

    def sessions(self, part):
        """The sessions of a part, until no more of it is left than the program forgives."""
        draw, env = self.draw, self.env
        while part.minutes > GRACE:
            while env.now < part.day:  # a day that moves, moves later
                yield self.until(part.day)
            if not draw.true("session_postponed", part.base + next(part.attempts), env.now):
                self.last_session = env.now
                part.minutes -= self.held(part)
                part.sessions += 1
            if part.minutes > GRACE:
                wait = draw.days("rebooking_days", part.base + next(part.rebookings))
                self.rebook(part, env.now + max(1, wait))
                self.follow()
                self.exist()
        self.reach(part.name)

    def held(self, part):
        """The minutes that a session lasts. The chance is drawn for one of 30 minutes too, which is never cut."""
        occurrence = part.base + part.sessions
        if self.draw.true("session_cut_short", occurrence) and part.minutes > 30:
            return self.draw.cut_after((part.minutes - 1) // 30, occurrence)
        return part.minutes

    def rebook(self, part, earliest):
        """A new day for what is left of a part. If it has had no session, the later parts without one make way for it.
        They have not had one either, because each first session is after that of the part before."""
        place = self.parts.index(part)
        others = self.parts[:place] + (self.parts[place + 1 :] if part.sessions else [])
        part.day = self.scenario.first(part.kind, part.minutes, earliest, {other.day for other in others})

    def follow(self):
        """Each part without a session moves after the one before, if that has had none either."""
        for before, part in itertools.pairwise(self.parts):
            if not before.sessions and not part.sessions and part.day <= before.day:
                self.rebook(part, before.day + 1)

    def ratify(self):
        """Both parties ratify after the last session, on a day that may not exist."""
        if "ratification_days" in self.draw.assumed:
            day = self.scenario.work[min(self.env.now + self.draw.days("ratification_days", 0), HORIZON)]
            if day < HORIZON:
                self.milestones["ratification"] = day


def simulate(scenario, draw, runs):
    """The result of each run."""
    results = []
    for run in range(runs):
        draw.begin(run)
        results.append(Run(scenario, draw).result())
    return results


# The results of many runs.

def ranked(values, percent, count=None):
    """The nearest rank of sorted values, and None if it falls on one of the rest of so many, which are later than any."""
    rank = max(1, -(-percent * (len(values) if count is None else count) // 100))
    return values[rank - 1] if rank <= len(values) else None


def dates(scenario, days, count):
    """The date of each percentile among so many runs, of which some never came to a day."""
    found = {percent: ranked(days, percent, count) for percent in PERCENTS}
    return {percent: None if day is None else str(scenario.date(day)) for percent, day in found.items()}


def end_date(scenario, run):
    return None if run.ending == "unfinished" else str(scenario.date(run.day))


def milestones(scenario):
    """The names of all milestones, in the order of the process."""
    names = {kind: [part.name for part in parts] for kind, parts in scenario.parts.items()}
    names = ["meeting", "acceptance", *names["training"], "decisions", *names["facilitation"]]
    return names + (["ratification"] if "ratification_days" in scenario.assumed else [])


def in_time(scenario, days):
    """How many runs are completed by each deadline, less its margin."""
    last = [(deadline.date - scenario.start).days - deadline.margin for deadline in scenario.deadlines]
    return [bisect.bisect_right(days, day) for day in last]


def delays(done):
    """The mean days on each cause of all completed runs, of the early and of the late ones, and how far these differ."""
    days = sorted(run.day for run in done)
    first, last = ranked(days, 10), ranked(days, 90)
    groups = done, [run for run in done if run.day <= first], [run for run in done if run.day >= last]
    found = {}
    for cause in CAUSES if done else ():
        whole, early, late = (sum(run.causes[cause] for run in group) / len(group) for group in groups)
        if whole:
            found[cause] = {"days": whole, "early": early, "late": late, "difference": late - early}
    return found


def summary(scenario, results):
    """Endings are of all runs; everything else is of those that go ahead, of which the unfinished count as later than any date.
    The causes of delay are of the completed runs."""
    ends = collections.Counter(run.ending for run in results)
    ahead = [run for run in results if run.stopped is None]
    stops = collections.Counter(run.stopped for run in results if run.stopped)
    done = [run for run in ahead if run.ending == "completed"]
    days = sorted(run.day for run in done)
    reached = {name: sorted(run.milestones[name] for run in ahead if name in run.milestones) for name in milestones(scenario)}
    counts = [(day, bisect.bisect_right(days, day)) for day in sorted({*days})]
    return {
        "runs": len(results),
        "runs_ahead": len(ahead),
        "not_ahead": dict(stops),
        "outcomes": [{"ending": end, "runs": ends[end], "share": ends[end] / len(results)} for end in ENDINGS],
        "percentiles": [{"percent": each, "date": date} for each, date in dates(scenario, days, len(ahead)).items() if date],
        "milestones": {name: dates(scenario, each, len(ahead)) for name, each in reached.items()},
        "curve": [{"date": str(scenario.date(day)), "completed": by, "share": by / len(ahead)} for day, by in counts],
        "in_time": in_time(scenario, days),
        "delays": delays(done),
    }


def serve(scenario):
    for line in sys.stdin:
        kind, runs, seed = line.split()
        runs, seed = int(runs), int(seed)
        draw = {"own": Own, "keyed": Keyed}[kind](scenario, seed)
        begun = time.perf_counter()
        results = simulate(scenario, draw, runs)
        seconds = time.perf_counter() - begun
        print(json.dumps({"seconds": seconds, "seed": seed} | summary(scenario, results)), flush=True)


def change(text):
    name, _, value = text.partition("=")
    if name not in {*STREAMS, *SECOND}:
        raise argparse.ArgumentTypeError(f"there is no assumption {name!r}")
    return name, json.loads(value)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keyed", type=int)
    parser.add_argument("--set", type=change, action="append", default=[])
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    scenario = read(options.scenario, options.set)
    if options.serve:
        return serve(scenario)
    keyed = options.keyed is not None
    draw = Keyed(scenario, options.keyed) if keyed else Own(scenario, options.seed)
    results = simulate(scenario, draw, options.runs)
    said = {"simpy": simpy.__version__, "random": "keyed" if keyed else "own", "seed": options.keyed if keyed else options.seed}
    said |= summary(scenario, results)
    if options.each:
        said["each"] = [{"ending": run.ending, "date": end_date(scenario, run)} for run in results]
    print(json.dumps(said))


if __name__ == "__main__":
    main()
