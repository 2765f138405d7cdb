import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { planSchemaUrl } from '../../plan/read/plan-schema.ts';
import { starterHead, starterIntents } from './starter.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 4);

/** What the starter's gateway did: one day without the candidate, two at 5% and two at 25%. */
const periods = [
  { from: start, days: 1, users: 600, weight: 0 },
  { from: start + day, days: 2, users: 14_000, weight: 0.05 },
  { from: start + 3 * day, days: 2, users: 6000, weight: 0.25 },
] as const;

/** @param place in [0, 1) */
function intentAt(place: number): string {
  return starterIntents[Math.floor(place * starterIntents.length)] ?? '';
}

/**
 * The log of a gateway that splits its users between two versions, as CSV, the same at every call: each request with the version that
 * served it. The candidate is a little quicker and a little better.
 */
export function liveStarterLog(baseline: string, candidate: string): string {
  const generator = xoroshiro128plus(20_260_104);
  const uniform = () => uniformFloat64(generator);
  const rows = periods.flatMap(({ from, days, users, weight }) =>
    Array.from({ length: users }, () => {
      const at = from + Math.floor(uniform() * days * day);
      const isCandidate = uniform() < weight;
      const label = intentAt(uniform());
      const isRight = uniform() < (isCandidate ? 0.94 : 0.9);
      const failed = uniform() < 0.004;
      const wait = (25 + 60 * uniform() ** 3) * (0.8 + 0.4 * uniform()) * (isCandidate ? 0.92 : 1);
      const step = 1 + Math.floor(uniform() * (starterIntents.length - 1));
      const other = starterIntents[(starterIntents.indexOf(label) + step) % starterIntents.length] ?? '';
      const answer = failed ? ['503', ''] : ['200', isRight ? label : other];
      return { at, cells: [isCandidate ? candidate : baseline, wait.toFixed(1), ...answer, label] };
    }),
  );
  const lines = rows
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, cells }, index) => `r${index + 1},${new Date(at).toISOString()},user${index + 1},${cells.join(',')}\n`);
  return ['request_id,timestamp,user_id,version,duration_ms,status,prediction,label\n', ...lines].join('');
}

/** The plan of a rollout that rests on what a gateway served. */
export function liveStarterPlan(model: string, candidate: string): string {
  return `# yaml-language-server: $schema=${planSchemaUrl}
#
# A live rollout: may ${model} ${candidate} take more traffic, by what the gateway served so far?
#   canary evaluate rollout.yaml    says that the first stage has nothing to rest on yet, so that a person begins it:
#   canary promote rollout.yaml --override increase --by YOU --reason "first percent"
#   canary evaluate rollout.yaml    from then on asks of what was served whether the next stage may begin
#   canary promote rollout.yaml     acts on the answer
${starterHead(model, candidate)}
requests:
  source: gateway.csv
  fields: { servedBy: version, latency: duration_ms, error: status }
  # What the gateway did, since canary does not move it here: write a line when you move it. With apply: [COMMAND] canary
  # moves it, and the registry knows the weights.
  weights:
    - { from: 2026-01-05, weight: 5% }
    - { from: 2026-01-07, weight: 25% }

# This log is all there from the start, so each stage says at which day its question was asked (to). In a rollout of yours
# the log just grows, and bake: 24h or newRequests: 5000 make a stage wait.
stages:
  - { name: canary-5, weight: 5%, basis: live, to: 2026-01-05 }    # nothing was served: begun by a person
  - { name: canary-25, weight: 25%, basis: live, to: 2026-01-07 }  # rests on the two days at 5%
  - { name: full, weight: 1, basis: live, to: 2026-01-09 }         # rests on the two days at 25%; a breach counts over all four

# What must not get worse, and by how much it may. An increase needs proof that each of these holds.
guardrails:
  - { metric: latency.p95, max: 150ms, maxIncrease: 15% }
  - { metric: error_rate, max: 3%, maxIncrease: 3pp }
  - { metric: accuracy, maxDecrease: 3pp }

rollback:
  owner: your-team
  steps: [canary rollback rollout.yaml]
`;
}
