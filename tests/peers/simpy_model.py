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

class Part:
    """A part of the training or the facilitation, and the day that is booked for it."""

    def __init__(self, block, day, minutes):
        self.base = 1024 * block
        self.day, self.minutes = day, minutes
        self.attempts, self.rebookings, self.sessions = itertools.count(), itertools.count(), 0


class Run:
    """One district's way: processes on SimPy's clock, which counts days from the start."""

    def __init__(self, scenario, draw):
        self.scenario, self.draw = scenario, draw
        self.env = simpy.Environment()
        self.over = self.env.event()
        self.last_sitting = -1
        self.adopts = [False, False]
        self.env.timeout(HORIZON).callbacks.append(lambda _: self.end("unfinished"))
        self.env.process(self.road())

    def result(self):
        """The ending and its day."""
        return self.env.run(until=self.over)

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
        gone = self.draw.true("withdraws", stage)
        if gone:
            self.end("withdrawn")
        return gone

    def road(self):
        scenario, draw = self.scenario, self.draw
        yield self.together(self.leader, range(3))
        yield self.first(scenario.meeting, draw.days("meeting_lead_days", 0))
        self.last_sitting = self.env.now
        if self.withdraws(0):
            return
        yield self.together(self.letter, range(3))
        yield self.first(scenario.work, draw.days("application_review_days", 0))
        if self.withdraws(1):
            return
        yield self.sittings([0], 480)
        if self.withdraws(2):
            return
        yield self.together(self.caucus, range(2))
        if not all(self.adopts):
            return self.end("not_adopted")
        if self.withdraws(3):
            return
        yield self.sittings([1, 2], 240) if scenario.halves else self.sittings([1], 480)
        self.end("completed")

    def leader(self, seat):
        yield self.first(self.scenario.work, self.draw.days("leader_response_days", seat))
        if not self.over.triggered and self.draw.true("leader_declines", seat):
            self.end("leader_declined")

    def letter(self, body):
        yield self.first(self.scenario.work, self.draw.days("written_confirmation_days", body))

    def caucus(self, party):
        """What a party will decide is drawn when it meets, even if its day does not come."""
        draw, work = self.draw, self.scenario.work
        concern = draw.days("concern_days", party) if draw.true("concern_raised", party) else None
        days = draw.days("caucus_days", party)
        self.adopts[party] = draw.true(("labor_adopts", "management_adopts")[party], 0)
        if concern is not None:
            yield self.first(work, concern)
        yield self.first(work, days)

    def fitting(self, day, minutes):
        table = self.scenario.full_day if minutes > 240 else self.scenario.half_day
        return table[min(day, HORIZON)]

    def sittings(self, blocks, minutes):
        """Books the parts, each after the one before, and waits for the sessions of all."""
        notice = self.draw.days("session_notice_days", min(blocks[0], 1))
        day = max(self.env.now + notice, self.last_sitting + 1)
        self.parts = []
        for block in blocks:
            day = self.fitting(day, minutes)
            self.parts.append(Part(block, day, minutes))
            day += 1
        return self.together(self.sessions, self.parts)

    def sessions(self, part):
        """The sessions of a part, until nothing of it is left."""
        draw, env = self.draw, self.env
        while part.minutes:
            while env.now < part.day:  # a day that moves, moves later
                yield self.until(part.day)
            if not draw.true("session_postponed", part.base + next(part.attempts)):
                self.last_sitting = env.now
                part.minutes -= self.held(part)
                part.sessions += 1
            if part.minutes:
                self.rebook(part)

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


def simulate(scenario, draw, runs):
    """The ending and the day of each run."""
    results = []
    for run in range(runs):
        draw.begin(run)
        results.append(Run(scenario, draw).result())
    return results


# What is said of many runs.

def summary(scenario, results):
    """Shares of all runs; percentiles by nearest rank among the completed ones.

    `adopted` is the share of the completed among the completed and the not adopted: both parties adopted and the district
    did not withdraw. It can be computed from the program's forecast too, which only knows how runs end."""
    runs = len(results)
    ends = collections.Counter(ending for ending, _ in results)
    days = sorted(day for ending, day in results if ending == "completed")
    decided = ends["completed"] + ends["not_adopted"]
    ranks = {percent: days[max(1, -(-percent * len(days) // 100)) - 1] for percent in PERCENTS if days}
    in_time = None if scenario.deadline is None else bisect.bisect_right(days, scenario.deadline)
    return {
        "runs": runs,
        "outcomes": [{"ending": end, "runs": ends[end], "share": ends[end] / runs} for end in ENDINGS],
        "adopted": ends["completed"] / decided if decided else None,
        "percentiles": [{"percent": percent, "date": str(scenario.date(day))} for percent, day in ranks.items()],
        "curve": [{"date": str(scenario.date(day)), "completed": bisect.bisect_right(days, day)} for day in sorted({*days})],
        "in_time": None if in_time is None else {"runs": in_time, "share": in_time / runs},
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
        said["each"] = [{"ending": ending, "date": str(scenario.date(day))} for ending, day in results]
    print(json.dumps(said))


if __name__ == "__main__":
    main()
