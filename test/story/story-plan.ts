import { type Played, type Site, stable } from './site.ts';

export const model = 'intent-classifier';
export const bucket = 'logs';

/** What a rollout is about. */
export interface StoryParts {
  /** Of MLflow's model and of the objects; one that no other rollout of the site has. */
  readonly name: string;
  readonly candidate: Played;
  /** Weight of the first stage, as the plan writes it. */
  readonly first: string;
}

/** The plan of a rollout: a replay of recorded requests, then what nginx logged with what Prometheus counted beside it, then that alone. */
export function storyPlan(
  { servers, objects, prometheus, mlflow }: Site,
  { name, candidate, first }: StoryParts,
): string {
  const isServed = Object.keys(servers).length > 0;
  const of = isServed ? '' : `,rollout="${name}"`;
  const all = isServed ? '' : `{rollout="${name}"}`;
  return `apiVersion: canary/v1
kind: RolloutPlan
name: ${name}
model: ${model}
registry: registry
baseline: stable
candidate: ${candidate.version}
assignment: { scheme: nginx }
requests:
  source: s3://${bucket}/${name}/recorded/*.jsonl
  storage: { endpoint: "${objects.endpoint}" }
  settle: 0.02m
sources:
  prom:
    format: prometheus
    url: ${prometheus}
    versionLabel: model_version
    window: 1m
    independent: true
    series: { error_rate: { bad: 'http_requests_total{code=~"5.."${of}}', total: 'http_requests_total${all}' } }
stages:
  # The first rests on a replay of recorded requests through both servers, the next on what nginx logged and Prometheus counted, the last on that alone.
  - { name: first, weight: ${first}, minRequests: 30, minUnits: 15 }
  - name: fifth
    weight: 20%
    minRequests: 30
    minUnits: 15
    requests:
      source: s3://${bucket}/${name}/access/*.jsonl
      fields: { servedBy: served_by, latency: { path: latency, unit: s } }
      versions: { stable: "${stable.version}", canary: "${candidate.version}" }
  - name: full
    weight: 1
    requests:
      format: prometheus
      url: ${prometheus}
      versionLabel: model_version
      # A scrape that came late is over after this.
      window: 0.25m
      independent: true
      series:
        error_rate: { bad: 'http_requests_total{code=~"5.."${of}}', total: 'http_requests_total${all}' }
        latency: { histogram: 'http_request_duration_seconds${all}', unit: s }
guardrails:
  - { metric: error_rate, max: 25% }
  - { metric: error_rate, max: 25%, test: point, source: prom, stages: [fifth] }
  - { metric: accuracy, maxDecrease: 10pp, stages: [first] }
  - { metric: accuracy, maxDecrease: 30pp, test: point, stages: [fifth] }
  - { metric: latency.p95, max: 10s, stages: [full] }
# A story is told in seconds.
checks: { window: warn, stability: warn, parity: warn, selection: warn }
judge: all
routing:
  - { target: nginx, file: route.conf, baseline: { upstream: stable }, candidate: { upstream: canary } }
apply: ["nginx -p . -c main.conf -s reload"]
attestation: { signedBy: [ci.pub.pem] }
notify: [{ url: { env: HOOK }, form: cloudevents, secret: { env: HOOK_SECRET } }]
mirror: { mlflow: { url: "${mlflow.url}", model: ${name}, aliases: { stable: champion, canary: challenger } } }
`;
}
