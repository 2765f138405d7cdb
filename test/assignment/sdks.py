"""Asks the Python SDKs of flag systems, by their public evaluation calls, who is in the canary.

Reads JSON cases on standard input, each {sdk, salt, part, total, users}: the candidate has so many of the total. Writes for each a list of true
and false.
"""

import json
import logging
import sys
import tempfile

logging.disable(logging.CRITICAL)


def flagd(case, by_text=False):
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    weights = [["candidate", case["part"]], ["baseline", case["total"] - case["part"]]]
    flag = {
        "state": "ENABLED",
        "variants": {"candidate": "new", "baseline": "old"},
        "defaultVariant": "baseline",
        "targeting": {"fractional": [{"cat": [case["salt"], {"var": "targetingKey"}]}, *weights] if by_text else weights},
    }
    core = FlagdCore()
    key = "model-x" if by_text else case["salt"]
    core.set_flags({"flags": {key: flag}})
    resolve = core.resolve_string_value
    return [resolve(key, "none", EvaluationContext(targeting_key=user)).value == "new" for user in case["users"]]


def unleash(case):
    from UnleashClient import UnleashClient
    from UnleashClient.cache import FileCache

    parameters = {"rollout": str(case["part"]), "groupId": case["salt"], "stickiness": "userId"}
    strategy = {"name": "flexibleRollout", "parameters": parameters, "constraints": []}
    feature = {"name": "m", "type": "release", "enabled": True, "project": "p", "stale": False, "strategies": [strategy]}
    cache = FileCache("canary", directory=tempfile.mkdtemp())
    cache.bootstrap_from_dict({"version": 1, "features": [feature]})
    client = UnleashClient(
        "http://127.0.0.1:1/", "canary", disable_metrics=True, disable_registration=True, cache=cache, refresh_interval=86400
    )
    client.initialize_client(fetch_toggles=False)
    taken = [client.is_enabled("m", {"userId": user}) for user in case["users"]]
    client.destroy()
    return taken


def growthbook(case, version, rule):
    from growthbook import GrowthBook

    share = case["part"] / case["total"]
    given = (
        {"force": "new", "coverage": share}
        if rule == "rollout"
        else {"variations": ["new", "old"], "weights": [share, 1 - share], "coverage": 1, "key": "experiment"}
    )
    rules = [{**given, "seed": case["salt"], "hashVersion": version, "hashAttribute": "id"}]
    sdk = GrowthBook(features={"m": {"defaultValue": "old", "rules": rules}})
    taken = []
    for user in case["users"]:
        sdk.set_attributes({"id": user})
        taken.append(sdk.eval_feature("m").value == "new")
    sdk.destroy()
    return taken


def launchdarkly(case, rule):
    from ldclient import Context, LDClient
    from ldclient.config import Config
    from ldclient.integrations import Files

    variations = [{"variation": 0, "weight": case["part"]}, {"variation": 1, "weight": case["total"] - case["part"]}]
    seeded = {"kind": "experiment", "seed": int(case["salt"])} if rule == "experiment" else {}
    flag = {
        "key": "model-x",
        "version": 1,
        "on": True,
        "salt": case["salt"],
        "variations": ["new", "old"],
        "fallthrough": {"rollout": {**seeded, "variations": variations}},
        "offVariation": 1,
        "rules": [],
        "targets": [],
        "prerequisites": [],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump({"flags": {"model-x": flag}}, file)
    client = LDClient(Config("key", update_processor_class=Files.new_data_source(paths=[file.name]), send_events=False))
    taken = [client.variation("model-x", Context.create(user), "none") == "new" for user in case["users"]]
    client.close()
    return taken


def optimizely(case):
    from optimizely.optimizely import Optimizely

    empty = ["rollouts", "typedAudiences", "audiences", "groups", "attributes", "events", "variables"]
    variations = [{"id": key, "key": key, "featureEnabled": True, "variables": []} for key in ("candidate", "baseline")]
    experiment = {
        "id": case["salt"],
        "key": "rule",
        "status": "Running",
        "layerId": "l",
        "audienceIds": [],
        "forcedVariations": {},
        "variations": variations,
        "trafficAllocation": [
            {"entityId": "candidate", "endOfRange": case["part"]},
            {"entityId": "baseline", "endOfRange": case["total"]},
        ],
    }
    datafile = {
        "version": "4",
        "projectId": "p",
        "accountId": "a",
        "revision": "1",
        "anonymizeIP": True,
        **{key: [] for key in empty},
        "featureFlags": [{"id": "f", "key": "m", "rolloutId": "", "experimentIds": [case["salt"]], "variables": []}],
        "experiments": [experiment],
    }
    from optimizely.event_dispatcher import EventDispatcher

    class Silent(EventDispatcher):
        @staticmethod
        def dispatch_event(event):
            pass

    client = Optimizely(datafile=json.dumps(datafile), event_dispatcher=Silent)
    options = ["DISABLE_DECISION_EVENT"]
    return [client.create_user_context(user).decide("m", options).variation_key == "candidate" for user in case["users"]]


ask = {
    "flagd": flagd,
    "flagd-by-text": lambda case: flagd(case, True),
    "unleash": unleash,
    "growthbook-1-rollout": lambda case: growthbook(case, 1, "rollout"),
    "growthbook-1-experiment": lambda case: growthbook(case, 1, "experiment"),
    "growthbook-2-rollout": lambda case: growthbook(case, 2, "rollout"),
    "growthbook-2-experiment": lambda case: growthbook(case, 2, "experiment"),
    "launchdarkly-rollout": lambda case: launchdarkly(case, "rollout"),
    "launchdarkly-experiment": lambda case: launchdarkly(case, "experiment"),
    "optimizely": optimizely,
}

answers = [ask[case["sdk"]](case) for case in json.load(sys.stdin)]
# What an SDK prints goes elsewhere; the answers are the last line.
print("\n" + json.dumps(answers))
