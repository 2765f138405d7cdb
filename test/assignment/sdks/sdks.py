"""Asks the Python SDKs of flag systems, by their public evaluation calls, who is in the canary.

Reads JSON cases on standard input, each {sdk, key, flag, users}: what canary exports of a flag, and the flag's key in it. The candidate's value
is "new". Writes for each a list of true and false.
"""

import json
import logging
import sys
import tempfile

logging.disable(logging.CRITICAL)


def flagd(case):
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    core = FlagdCore()
    core.set_flags(case["flag"])
    resolve = core.resolve_string_value
    return [resolve(case["key"], "none", EvaluationContext(targeting_key=user)).value == "new" for user in case["users"]]


def unleash(case, variants=False):
    from UnleashClient import UnleashClient
    from UnleashClient.cache import FileCache

    cache = FileCache("canary", directory=tempfile.mkdtemp())
    cache.bootstrap_from_dict(case["flag"])
    client = UnleashClient(
        "http://127.0.0.1:1/", "canary", disable_metrics=True, disable_registration=True, cache=cache, refresh_interval=86400
    )
    client.initialize_client(fetch_toggles=False)
    key = case["key"]
    if variants:
        taken = [client.get_variant(key, {"userId": user})["name"] == "candidate" for user in case["users"]]
    else:
        taken = [client.is_enabled(key, {"userId": user}) for user in case["users"]]
    client.destroy()
    return taken


def growthbook(case):
    from growthbook import GrowthBook

    sdk = GrowthBook(features=case["flag"]["features"])
    taken = []
    for user in case["users"]:
        sdk.set_attributes({"id": user})
        taken.append(sdk.eval_feature(case["key"]).value == "new")
    sdk.destroy()
    return taken


def launchdarkly(case):
    from ldclient import Context, LDClient
    from ldclient.config import Config
    from ldclient.integrations import Files

    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(case["flag"], file)
    client = LDClient(Config("key", update_processor_class=Files.new_data_source(paths=[file.name]), send_events=False))
    taken = [client.variation(case["key"], Context.create(user), "none") == "new" for user in case["users"]]
    client.close()
    return taken


def optimizely(case):
    from optimizely.event_dispatcher import EventDispatcher
    from optimizely.optimizely import Optimizely

    class Silent(EventDispatcher):
        @staticmethod
        def dispatch_event(event):
            pass

    client = Optimizely(datafile=json.dumps(case["flag"]), event_dispatcher=Silent)
    options = ["DISABLE_DECISION_EVENT"]
    key = case["key"]
    return [client.create_user_context(user).decide(key, options).variation_key == "new" for user in case["users"]]


ask = {
    "flagd": flagd,
    "unleash": unleash,
    "unleash-variants": lambda case: unleash(case, True),
    "growthbook": growthbook,
    "launchdarkly": launchdarkly,
    "optimizely": optimizely,
}

answers = [ask[case["sdk"]](case) for case in json.load(sys.stdin)]
# What an SDK prints goes elsewhere; the answers are the last line.
print("\n" + json.dumps(answers))
