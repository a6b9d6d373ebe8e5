"""Whether two simulations with randomness of their own agree within sampling error.

Shares are compared by the two-sample z with pooled variance. For a percentile, the program's date must have about that
share of SimPy's runs before it. The whole distribution of the completion date is compared by Kolmogorov and Smirnov's
distance, whose bound errs on the safe side for dates, which are discrete. All these are of the runs that go ahead, of
which the unfinished never come to a date. The mean days on each cause of delay are of the completed runs, and are
compared by the two-sample z with SimPy's variance for both."""
import bisect, math, statistics

import simpy_model as model
from district import the_day
from results import program_says

FAMILY = 0.001  # the chance that sound simulations disagree somewhere by sampling alone


def comparisons(scenario):
    """How many there are: the ends of runs, whether they go ahead and meet the deadlines, dates, the curve, and causes."""
    shares = len(model.ENDINGS) + 1 + len(scenario.deadlines)
    return shares + len(model.PERCENTS) * (1 + len(model.milestones(scenario))) + 1 + len(model.CAUSES)


def level(count):
    """The chance that one of so many comparisons may fail, so that all together hold FAMILY (Bonferroni)."""
    return FAMILY / count


def deviations(count):
    """The same in standard deviations, two-sided."""
    return statistics.NormalDist().inv_cdf(1 - level(count) / 2)


def apart(scenario, results, json, count):
    """What of two simulations of a scenario differs by more than sampling, if there are so many comparisons in all."""
    ours, theirs, z = model.summary(scenario, results), program_says(json), deviations(count)
    wrong = []
    for name, hits, of in shares(ours, theirs):
        if min(of) and abs(score(hits, of)) > z:
            wrong.append(f"{name}: SimPy {hits[0] / of[0]:.4f}, the program {hits[1] / of[1]:.4f}, z = {score(hits, of):.1f}")
    counts = ours["runs_ahead"], theirs["runs_ahead"]
    if all(counts):
        wrong += percentiles_apart(scenario, results, theirs, z)
        bound = math.sqrt(-math.log(level(count) / 2) / 2 * sum(1 / ahead for ahead in counts))
        if distance(ours["curve"], theirs["curve"]) > bound:
            wrong.append(f"the curve: {distance(ours['curve'], theirs['curve']):.4f} apart, where sampling explains {bound:.4f}")
    return wrong + delays_apart(results, theirs, z)


def shares(ours, theirs):
    """What is counted: its name, both counts, and of how many."""
    runs, ahead = [(ours[key], theirs[key]) for key in ("runs", "runs_ahead")]
    counts = [(row["ending"], (row["runs"], theirs["outcomes"][row["ending"]][0]), runs) for row in ours["outcomes"]]
    counts.append(("goes_ahead", ahead, runs))
    for hits, deadline in zip(ours["in_time"], theirs["deadlines"]):
        counts.append((f"in time for {deadline['name']}", (hits, round(deadline["chance"][0] * ahead[1])), ahead))
    return counts


def score(hits, of):
    """The two-sample z of shares, with the pooled variance."""
    pooled = sum(hits) / sum(of)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / of[0] + 1 / of[1]))
    return (hits[0] / of[0] - hits[1] / of[1]) / deviation if deviation else 0.0


def percentiles_apart(scenario, results, theirs, z):
    """The program's percentiles that are not SimPy's, by the share of SimPy's runs before their dates and up to them."""
    ahead = [run for run in results if run.stopped is None]
    days = {"finish": [run.day for run in ahead if run.ending == "completed"]}
    days |= {name: [run.milestones[name] for run in ahead if name in run.milestones] for name in theirs["milestones"]}
    wrong = []
    for name, dates in {"finish": theirs["finish"], **theirs["milestones"]}.items():
        values = sorted(days[name])
        for percent, date in dates.items():
            before, by = around(values, None if date is None else (the_day(date) - scenario.start).days)
            before, by, share = before / len(ahead), by / len(ahead), percent / 100
            off = z * math.sqrt(share * (1 - share) * (1 / len(ahead) + 1 / theirs["runs_ahead"])) + 1 / len(ahead)
            if before > share + off or by < share - off:
                wrong.append(f"{name}: by the program's P{percent}, {date or 'never'}, SimPy has {before:.4f} to {by:.4f}")
    return wrong


def around(values, day):
    """How many sorted values are before a day, and how many up to it. All values are before a day that never comes."""
    return (len(values), math.inf) if day is None else (bisect.bisect_left(values, day), bisect.bisect_right(values, day))


def distance(ours, theirs):
    """The greatest difference of the shares completed by a day."""
    ours = [(point["date"], point["share"]) for point in ours]
    theirs = [(date, share) for date, _, share in theirs]

    def by(curve, date):
        place = bisect.bisect_right(curve, (date, math.inf))
        return curve[place - 1][1] if place else 0.0

    return max((abs(by(ours, date) - by(theirs, date)) for date, _ in ours + theirs), default=0.0)


def delays_apart(results, theirs, z):
    """The causes of delay whose mean days differ."""
    done = [run for run in results if run.ending == "completed"]
    completed = theirs["outcomes"]["completed"][0]
    if min(len(done), completed) < 2:
        return []
    wrong = []
    for cause in {**dict.fromkeys(model.CAUSES), **theirs["delays"]}:
        days = [run.causes.get(cause, 0) for run in done]
        mean, other = statistics.fmean(days), theirs["delays"].get(cause, {"days": 0.0})["days"]
        if abs(mean - other) > z * statistics.pstdev(days, mean) * math.sqrt(1 / len(days) + 1 / completed):
            wrong.append(f"{cause}: SimPy {mean:.3f} days, the program {other:.3f}")
    return wrong
