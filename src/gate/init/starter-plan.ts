/**
 * The starter's plan, commented for somebody who has never seen one.
 * @param schema path of the plan's JSON Schema, relative to the plan; editors complete and check by it.
 */
export function starterPlan(model: string, candidate: string, schema: string): string {
  return `# yaml-language-server: $schema=${schema}
#
# A rollout plan: may ${model} ${candidate} take more traffic?
#   canary plan rollout.yaml        checks this file and shows what each stage would expose
#   canary evaluate rollout.yaml    asks whether the next stage may begin
#   canary promote rollout.yaml     acts on the answer
apiVersion: canary/v1
kind: RolloutPlan
name: ${model}-${candidate}
model: ${model}
registry: registry              # a folder with one JSON file per model
baseline: stable                # what serves now: an alias or a version of the registry
candidate: ${candidate}                # what wants to replace it

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
