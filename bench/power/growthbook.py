"""Judges by GrowthBook's own engine (gbstats): a JSON query a line on stdin, and a line "1" or "0" for whether the candidate is significantly worse.

Users are what is randomised, so that a mean over requests is a ratio metric and a quantile of them a clustered one, and differences
are relative: the engine's defaults, as are 95% and the tuning parameter of its sequential bound.
"""

import json
import sys

from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig
from gbstats.frequentist.tests import SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import QuantileClusteredStatistic, RatioStatistic, SampleMeanStatistic

ALPHA = 0.05


def statistic(arm):
    sums = {
        "main_sum": arm["sum"],
        "main_sum_squares": arm["sumSquares"],
        "denominator_sum": arm["requests"],
        "denominator_sum_squares": arm["requestsSquares"],
        "main_denominator_sum_product": arm["products"],
    }
    if "quantile" in arm:
        return QuantileClusteredStatistic(
            n=arm["requests"],
            n_star=arm["requests"],
            nu=arm["probability"],
            quantile_hat=arm["quantile"],
            quantile_lower=arm["lower"],
            quantile_upper=arm["upper"],
            n_clusters=arm["users"],
            **sums,
        )
    users = arm["users"]
    return RatioStatistic(
        n=users,
        m_statistic=SampleMeanStatistic(n=users, sum=arm["sum"], sum_squares=arm["sumSquares"]),
        d_statistic=SampleMeanStatistic(n=users, sum=arm["requests"], sum_squares=arm["requestsSquares"]),
        m_d_sum_of_products=arm["products"],
    )


def is_worse(query):
    control, experiment = statistic(query["control"]), statistic(query["experiment"])
    more_is_worse = query["harmfulEnd"] == "high"
    if query["test"] == "bayesian":
        config = EffectBayesianConfig(inverse=more_is_worse)
        return EffectBayesianABTest(control, experiment, config).compute_result().chance_to_win < ALPHA
    test = SequentialTwoSidedTTest if query["test"] == "sequential" else TwoSidedTTest
    low, high = test(control, experiment).compute_result().ci
    return low > 0 if more_is_worse else high < 0


for line in sys.stdin:
    print(int(is_worse(json.loads(line))), flush=True)
