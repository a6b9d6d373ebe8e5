"""Whether two simulations with randomness of their own agree within sampling error."""
import math, statistics

import simpy_model as model
from district import the_day
from results import program_says


FAMILY = 0.001  # the chance that sound simulations disagree somewhere by sampling alone
EACH = 7 + len(model.PERCENTS)  # comparisons of two simulations: five endings, in time, adopted, and the percentiles


def deviations(simulations):
    """How many standard deviations apart one comparison may be, so that all together hold FAMILY (Bonferroni, two-sided)."""
    return statistics.NormalDist().inv_cdf(1 - FAMILY / (2 * EACH * simulations))


def apart(scenario, results, said, z):
    """What of two independent simulations differs by more than sampling."""
    ours, theirs = model.summary(scenario, results), program_says(said)
    runs, wrong = (len(results), said["runs"]), []
    counts = {row["ending"]: (row["runs"], theirs["outcomes"][row["ending"]][0]) for row in ours["outcomes"]}
    if ours["in_time"] is not None:
        counts["in_time"] = ours["in_time"]["runs"], round(theirs["in_time"][0] * runs[1])
    decided = [counts["completed"][side] + counts["not_adopted"][side] for side in (0, 1)]
    rows = [(name, pair, runs) for name, pair in counts.items()] + [("adopted", counts["completed"], decided)]
    for name, hits, of in rows:
        if min(of) and abs(score(hits, of)) > z:
            wrong.append(f"{name}: SimPy {hits[0] / of[0]:.4f}, the program {hits[1] / of[1]:.4f}, z = {score(hits, of):.1f}")
    days = sorted(scenario.date(day) for end, day in results if end == "completed")
    steps = zip([0] + [point[1] for point in theirs["curve"]], theirs["curve"])
    dates = [the_day(point[0]) for before, point in steps for _ in range(point[1] - before)]
    for percent in model.PERCENTS if min(len(days), len(dates)) else ():
        (a, b), (c, d) = (order_interval(each, percent / 100, z) for each in (days, dates))
        if b < c or d < a:
            wrong.append(f"P{percent}: SimPy within {a} and {b}, the program within {c} and {d}")
    return wrong


def score(hits, of):
    """The two-sample z of shares, with the pooled variance."""
    pooled = sum(hits) / sum(of)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / of[0] + 1 / of[1]))
    return (hits[0] / of[0] - hits[1] / of[1]) / deviation if deviation else 0.0


def order_interval(values, share, z):
    """Two order statistics that enclose the quantile: the ranks lie z deviations of the binomial around it."""
    count = len(values)
    half = z * math.sqrt(count * share * (1 - share)) + 1
    at = lambda rank: values[min(max(math.floor(rank), 0), count - 1)]
    return at(count * share - half), at(math.ceil(count * share + half))
