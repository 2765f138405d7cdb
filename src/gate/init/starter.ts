import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { planSchemaUrl } from '../../plan/read/plan-schema.ts';
import type { ModelRegistry, ModelVersion } from '../../domain/registry.ts';

const users = 520;
/** The labels of the starter's classifier. */
export const starterIntents: readonly string[] = ['track-order', 'refund', 'change-address', 'speak-to-agent'];
const locales = ['en-US', 'en-US', 'de-DE', 'fr-FR'];
const start = Date.UTC(2026, 0, 5);
const day = 86_400_000;

/**
 * The starter's request log: JSON lines with the recorded outcomes of two versions, the same at every call. The candidate
 * is a little quicker and a little better, and the log is long enough to show it.
 */
export function starterLog(baseline: string, candidate: string): string {
  const generator = xoroshiro128plus(20_260_105);
  const uniform = () => uniformFloat64(generator);
  const pick = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(uniform() * values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  };
  const records: { at: number; line: (id: string) => string }[] = [];
  for (let user = 1; user <= users; user += 1) {
    const locale = pick(locales);
    const pace = 0.8 + 0.4 * uniform();
    const requests = 1 + Math.floor(uniform() * 4);
    for (let request = 0; request < requests; request += 1) {
      const at = start + Math.floor(uniform() * 2 * day);
      const label = pick(starterIntents);
      // What one version finds hard, the other mostly does too.
      const difficulty = uniform();
      const mistaken = pick(starterIntents.filter((intent) => intent !== label));
      const wait = pace * (25 + 20 * uniform() ** 3 * 4);
      const record = {
        timestamp: new Date(at).toISOString(),
        user_id: `user${user}`,
        context: { locale },
        label,
        outcomes: {
          [baseline]: outcome(wait, difficulty < 0.9 ? label : mistaken, uniform),
          [candidate]: outcome(wait * (0.9 + 0.08 * uniform()), difficulty < 0.94 ? label : mistaken, uniform),
        },
      };
      records.push({ at, line: (id) => JSON.stringify({ request_id: id, ...record }) });
    }
  }
  return records
    .toSorted((a, b) => a.at - b.at)
    .map(({ line }, index) => `${line(`r${String(index + 1).padStart(4, '0')}`)}\n`)
    .join('');
}

function outcome(latencyMs: number, prediction: string, uniform: () => number) {
  const latency_ms = Number(latencyMs.toFixed(1));
  return uniform() < 0.001 ? { latency_ms, error: 'timeout' } : { latency_ms, prediction };
}

/** The first keys of a starter's plan: which model, and which of its versions. */
export function starterHead(model: string, candidate: string): string {
  return `apiVersion: canary/v1
kind: RolloutPlan
name: ${model}-${candidate}
model: ${model}
registry: registry              # a folder with one JSON file per model
baseline: stable                # what serves now: an alias or a version of the registry
candidate: ${candidate}                # what wants to replace it
`;
}

/** The starter's plan, commented for somebody who has never seen one. */
export function starterPlan(model: string, candidate: string): string {
  return `# yaml-language-server: $schema=${planSchemaUrl}
#
# A rollout plan: may ${model} ${candidate} take more traffic?
#   canary plan rollout.yaml        checks this file and shows what each stage would expose
#   canary evaluate rollout.yaml    asks whether the next stage may begin
#   canary promote rollout.yaml     acts on the answer
${starterHead(model, candidate)}
requests:
  source: requests.jsonl        # JSONL, CSV or Parquet; a glob or a list works too
  segments:
    locale: context.locale      # compared on each of its values as well

# How much of the traffic each step gives to the candidate. A weight of 0 exposes nobody.
stages:
  - { name: shadow, weight: 0, minRequests: 1000 }
  - { name: canary-10, weight: 10%, minRequests: 100 }
  - { name: half, weight: 50% }
  - { name: full, weight: 1 }

# What must not get worse, and by how much it may. An increase needs proof that each of these holds.
guardrails:
  - { metric: latency.p95, max: 150ms, maxIncrease: 10% }
  - { metric: error_rate, maxIncrease: 2pp }
  - { metric: accuracy, maxDecrease: 2pp, segments: auto }   # on everyone, and in each language with enough users

rollback:
  owner: your-team
  steps: [canary rollback rollout.yaml]
`;
}

const createdAt = '2026-01-01T00:00:00.000Z';

/** The starter's registry: two versions whose outcomes are in the log, the first of them serving. */
export function starterRegistry(
  model: string,
  baseline: string,
  candidate: string,
  labels: readonly string[],
): ModelRegistry {
  const version = (status: ModelVersion['status'], description: string, hash: string): ModelVersion => ({
    status,
    createdAt,
    description,
    artifact: { runtime: 'recorded' },
    data_hash: `sha256:${hash.repeat(64)}`,
    code_hash: `sha256:${'0'.repeat(64)}`,
    signature: { input: { kind: 'text' }, output: { kind: 'classification', labels } },
  });
  return {
    schemaVersion: 1,
    model,
    revision: 0,
    aliases: { stable: baseline },
    traffic: { [baseline]: 1 },
    versions: {
      [baseline]: version('stable', 'What serves now; its outcomes are in the log.', '1'),
      [candidate]: version('registered', 'What wants to replace it; its outcomes are in the log.', '2'),
    },
    rollouts: {},
    history: [],
  };
}
