"""A district's way through the institute as SimPy processes, written from docs/simulation.md and not from the program:

    python3 simpy_model.py SCENARIO [--runs N] [--seed S | --keyed S] [--set NAME=VALUE]... [--each] [--serve]

Two kinds of randomness: Python's own generator, drawn from as the processes come to it (--seed), or the numbers that the
page defines for every single draw (--keyed), with which each run must agree with the program's. --set replaces an
assumption, --each lists every run, and --serve reads lines `own RUNS SEED` or `keyed RUNS SEED` from standard
input and answers each with a line of JSON, in which `seconds` is the time of the runs alone."""
import argparse, bisect, collections, itertools, json, math, random, sys, time

import simpy

from district import CHANCES, DURATIONS, HORIZON, read

ENDINGS = ("completed", "not_adopted", "leader_declined", "withdrawn", "unfinished")
PERCENTS = (10, 50, 80, 90)
BLOCKS = ("training", "facilitation 1", "facilitation 2")
MILESTONES = ("meeting", "acceptance", "training", "decisions", "facilitation 1", "facilitation 2")
WAITS = ("leader_answers", "meeting_notice", "letters", "acceptance", "session_notice", "concerns", "decisions", "postponements")
CAUSES = (*WAITS, "calendars")  # nothing is booked before the first day of a scenario
STREAMS = {name: stream for stream, name in enumerate([*DURATIONS, *CHANCES, "cut_after"], 1)}


# Randomness.

class Own:
    """Python's generator; which draw it is does not matter."""

    def __init__(self, scenario, seed):
        self.assumed = scenario.assumed
        self.random = random.Random(seed)

    def begin(self, run):
        pass

    def days(self, name, occurrence):
        least, likely, most = self.assumed[name]
        return math.floor(self.random.triangular(least, most, likely) + 0.5)

    def true(self, name, occurrence):
        return self.random.random() < self.assumed[name]

    def cut_after(self, minutes, occurrence):
        return 30 * self.random.randrange(1, minutes // 30)


def mix(value):
    mask = 2**64 - 1
    value = (value + 0x9E3779B97F4A7C15) & mask
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & mask
    value = (value ^ value >> 27) * 0x94D049BB133111EB & mask
    return value ^ value >> 31


class Keyed:
    """The page's numbers: a function of seed, run, assumption and occurrence."""

    def __init__(self, scenario, seed):
        self.assumed = scenario.assumed
        self.seed = mix(seed)

    def begin(self, run):
        self.run = mix(self.seed ^ run)

    def number(self, name, occurrence):
        return (mix(mix(self.run ^ STREAMS[name]) ^ occurrence) >> 11) / 2**53

    def days(self, name, occurrence):
        least, likely, most = self.assumed[name]
        u, w = self.number(name, occurrence), most - least
        if w == 0:
            x = likely
        elif u * w < likely - least:
            x = least + math.sqrt(u * w * (likely - least))
        else:
            x = most - math.sqrt((1 - u) * w * (most - likely))
        return math.floor(x + 0.5)

    def true(self, name, occurrence):
        return self.number(name, occurrence) < self.assumed[name]

    def cut_after(self, minutes, occurrence):
        return 30 * (1 + math.floor(self.number("cut_after", occurrence) * (minutes // 30 - 1)))


# A run.

Result = collections.namedtuple("Result", "ending day milestones causes stopped")


class Part:
    """A part of the training or the facilitation, and the day that is booked for it."""

    def __init__(self, block, day, minutes):
        self.block, self.base = block, 1024 * block
        self.day, self.minutes = day, minutes
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

    def first(self, table, wait):
        """Waits for the first day in a table from so many days on."""
        return self.until(table[min(self.env.now + wait, HORIZON)])

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
        causes["meeting_notice"] = notice = draw.days("meeting_lead_days", 0)
        yield self.first(scenario.meeting, notice)
        self.last_session = self.env.now
        self.reach("meeting")
        if self.withdraws(0):
            return
        yield self.together(self.letter, range(3))
        causes["acceptance"] = review = draw.days("application_review_days", 0)
        yield self.first(scenario.work, review)
        self.reach("acceptance")
        if self.withdraws(1):
            return
        yield from self.book([0], 480)
        if self.withdraws(2):
            return
        yield self.together(self.caucus, range(2))
        self.reach("decisions")
        if not all(self.adopts):
            return self.end("not_adopted")
        if self.withdraws(3):
            return
        yield from self.book([1, 2], 240) if scenario.halves else self.book([1], 480)
        self.end("completed")

    def leader(self, seat):
        """The last answer counts. Those of one day come in the order of seats, in which they were begun."""
        days = self.draw.days("leader_response_days", seat)
        yield self.first(self.scenario.work, days)
        self.causes["leader_answers"] = days
        if not self.over.triggered and self.gate("leader_declines", seat):
            self.end("leader_declined")

    def letter(self, body):
        """The last letter counts, as with the leaders' answers."""
        days = self.draw.days("written_confirmation_days", body)
        yield self.first(self.scenario.work, days)
        self.causes["letters"] = days

    def caucus(self, party):
        """What a party will decide is drawn when it meets, even if its day does not come."""
        draw, work = self.draw, self.scenario.work
        concern = draw.days("concern_days", party) if draw.true("concern_raised", party) else None
        days = draw.days("caucus_days", party)
        self.adopts[party] = self.gate(("labor_adopts", "management_adopts")[party], 0)
        if concern is not None:
            yield self.first(work, concern)
        yield self.first(work, days)
        self.decided(party, concern or 0, days)

    def decided(self, party, concern, days):
        """The later decision counts, and labor's if both are of one day. They come in any order on that day."""
        if party == 0 or self.last_decision < self.env.now:
            self.causes["concerns"], self.causes["decisions"] = concern, days
        self.last_decision = self.env.now

    def fitting(self, day, minutes):
        table = self.scenario.full_day if minutes > 240 else self.scenario.half_day
        return table[min(day, HORIZON)]

    def book(self, blocks, minutes):
        """Books the parts, each after the one before, and waits for the sessions of all."""
        booked = self.env.now
        notice = self.draw.days("session_notice_days", min(blocks[0], 1))
        day = earliest = max(booked + notice, self.last_session + 1)
        self.parts = []
        for block in blocks:
            day = self.fitting(day, minutes)
            self.parts.append(Part(block, day, minutes))
            day += 1
        last = self.parts[-1].day
        self.exist()
        yield self.together(self.sessions, self.parts)
        self.causes["session_notice"] += earliest - booked
        self.causes["postponements"] += self.env.now - last

    def exist(self):
        """A part without a day ends the run at once, even if the other part has one."""
        if any(part.day >= HORIZON for part in self.parts):
            self.end("unfinished")

    def sessions(self, part):
        """The sessions of a part, until nothing of it is left."""
        draw, env = self.draw, self.env
        while part.minutes:
            while env.now < part.day:  # a day that moves, moves later
                yield self.until(part.day)
            if not draw.true("session_postponed", part.base + next(part.attempts)):
                self.last_session = env.now
                part.minutes -= self.held(part)
                part.sessions += 1
            if part.minutes:
                self.rebook(part)
        self.reach(BLOCKS[part.block])

    def held(self, part):
        """The minutes that a session lasts. The chance is drawn for one of 30 minutes too, which is never cut."""
        occurrence = part.base + part.sessions
        if self.draw.true("session_cut_short", occurrence) and part.minutes > 30:
            return self.draw.cut_after(part.minutes, occurrence)
        return part.minutes

    def rebook(self, part):
        """A new day for what is left of a part."""
        wait = self.draw.days("rebooking_days", part.base + next(part.rebookings))
        part.day = self.fitting(self.env.now + max(1, wait), part.minutes)
        others = [other for other in self.parts if other is not part]
        if part is self.parts[0] and not part.sessions:
            for other in others:
                if other.day <= part.day:
                    other.day = self.fitting(part.day + 1, other.minutes)
        elif any(other.day == part.day for other in others):
            part.day = self.fitting(part.day + 1, part.minutes)
        self.exist()


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
    return MILESTONES if scenario.halves else MILESTONES[:-1]


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
        "in_time": None if scenario.deadline is None else bisect.bisect_right(days, scenario.deadline),
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
    if name not in STREAMS:
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
