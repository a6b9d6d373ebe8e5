"""Whether two simulations with randomness of their own agree within sampling error.

Shares are compared by the two-sample z with pooled variance; percentiles by whether the intervals between two order
statistics around each overlap; whole distributions of the completion date by Kolmogorov and Smirnov's distance, whose
bound errs on the safe side for dates, which are discrete."""
import bisect, itertools, math, statistics

import simpy_model as model
from district import the_day
from results import program_says

FAMILY = 0.001  # the chance that sound simulations disagree somewhere by sampling alone
EACH = 8 + len(model.PERCENTS)  # comparisons of a scenario: five endings, in time, adopted, the curve, and the percentiles


def level(simulations):
    """The chance that one comparison may fail, so that all together hold FAMILY (Bonferroni)."""
    return FAMILY / (EACH * simulations)


def deviations(simulations):
    """The same in standard deviations, two-sided."""
    return statistics.NormalDist().inv_cdf(1 - level(simulations) / 2)


def apart(scenario, ends, said, simulations):
    """What of two simulations of a scenario differs by more than sampling."""
    ours, theirs, z = model.summary(scenario, ends), program_says(said), deviations(simulations)
    wrong = []
    for name, hits, of in shares(ours, theirs):
        if min(of) and abs(score(hits, of)) > z:
            wrong.append(f"{name}: SimPy {hits[0] / of[0]:.4f}, the program {hits[1] / of[1]:.4f}, z = {score(hits, of):.1f}")
    pair = sorted(scenario.date(day) for end, day in ends if end == "completed"), dates(theirs["curve"])
    if not all(pair):
        return wrong
    for percent in model.PERCENTS:
        (a, b), (c, d) = (order_interval(each, percent / 100, z / math.sqrt(2)) for each in pair)
        if b < c or d < a:
            wrong.append(f"P{percent}: SimPy within {a} and {b}, the program within {c} and {d}")
    bound = math.sqrt(-math.log(level(simulations) / 2) / 2 * sum(1 / len(each) for each in pair))
    if distance(*pair) > bound:
        wrong.append(f"the curve: {distance(*pair):.4f} apart somewhere, where sampling explains {bound:.4f}")
    return wrong


def shares(ours, theirs):
    """What is counted: its name, both counts, and of how many."""
    runs = ours["runs"], theirs["runs"]
    counts = {row["ending"]: (row["runs"], theirs["outcomes"][row["ending"]][0]) for row in ours["outcomes"]}
    if ours["in_time"]:
        counts["in_time"] = ours["in_time"]["runs"], round(theirs["in_time"][0] * runs[1])
    decided = [sum(each) for each in zip(counts["completed"], counts["not_adopted"])]
    return [(name, pair, runs) for name, pair in counts.items()] + [("adopted", counts["completed"], decided)]


def score(hits, of):
    """The two-sample z of shares, with the pooled variance."""
    pooled = sum(hits) / sum(of)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / of[0] + 1 / of[1]))
    return (hits[0] / of[0] - hits[1] / of[1]) / deviation if deviation else 0.0


def dates(curve):
    """The completion dates behind a curve of running counts."""
    counts = [0] + [completed for _, completed, _ in curve]
    steps = zip(curve, itertools.pairwise(counts))
    return [the_day(date) for (date, _, _), (before, now) in steps for _ in range(now - before)]


def order_interval(values, share, z):
    """Two order statistics around a quantile: their ranks lie z deviations of the binomial distribution from its own. With
    z / sqrt(2) for each of two samples of about one size, no overlap means z deviations between them."""
    count = len(values)
    half = z * math.sqrt(count * share * (1 - share))
    at = lambda rank: values[min(max(rank, 1), count) - 1]
    return at(math.floor(count * share - half)), at(math.ceil(count * share + half) + 1)


def distance(ours, theirs):
    """The greatest difference of the shares completed by a day."""
    by = lambda values, day: bisect.bisect_right(values, day) / len(values)
    return max(abs(by(ours, day) - by(theirs, day)) for day in {*ours, *theirs})
