import type { Evidence } from '../../src/domain/evidence.ts';
import { type Content, keptForTheRun, type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';

/** A request with what both versions did; every log below holds the same ones, each in its own way. */
export interface Request {
  readonly id: string;
  readonly at: string;
  readonly user: string;
  readonly locale: string;
  readonly label: string;
  readonly versions: Readonly<Record<'1.0.0' | '1.1.0', Outcome>>;
}

interface Outcome {
  /** Whole milliseconds, so that every unit tells the same time. */
  readonly ms: number;
  readonly prediction?: string;
  readonly error?: string;
}

const labels = ['a', 'b', 'c'] as const;

export const requests: readonly Request[] = Array.from({ length: 400 }, (_, index): Request => {
  const label = labels[index % 3] ?? 'a';
  const answer = (ms: number, fails: boolean, wrong: boolean): Outcome =>
    fails ? { ms, error: 'timeout' } : { ms, prediction: wrong ? 'b' : label };
  return {
    id: `r${index}`,
    at: new Date(Date.UTC(2026, 10, 1) + index * 600_000).toISOString(),
    user: `u${(index * 7) % 80}`,
    locale: index % 4 === 0 ? 'de-DE' : 'en-US',
    label,
    versions: {
      '1.0.0': answer(40 + ((index * 13) % 29), index % 97 === 0, index % 11 === 0),
      '1.1.0': answer(38 + ((index * 17) % 31), index % 101 === 0, index % 13 === 0),
    },
  };
});

type Version = keyof Request['versions'];

/** In a live split, half of the users are served by either version. */
export const servedBy = ({ user }: Request): Version => (Number(user.slice(1)) % 2 === 0 ? '1.0.0' : '1.1.0');

const outcome = ({ ms, ...said }: Outcome) => ({ latency_ms: ms, ...said });
const plain = ({ id, at, user, locale, label }: Request) => ({
  request_id: id,
  timestamp: at,
  user_id: user,
  context: { locale },
  label,
});
export const paired = (request: Request) => ({
  ...plain(request),
  outcomes: { '1.0.0': outcome(request.versions['1.0.0']), '1.1.0': outcome(request.versions['1.1.0']) },
});
export const served = (request: Request, version: Version = servedBy(request)) => ({
  ...plain(request),
  served_by: version,
  ...outcome(request.versions[version]),
});

/** A table of records without anything inside of their fields. */
export function table(
  records: readonly Readonly<Record<string, string | number | undefined>>[],
  delimiter: string,
): string {
  const names = [...new Set(records.flatMap((each) => Object.keys(each)))];
  const rows = records.map((each) => names.map((name) => each[name] ?? '').join(delimiter));
  return `${[names.join(delimiter), ...rows].join('\n')}\n`;
}

export const flat = (request: Request, version: Version = servedBy(request)) => {
  const { ms, prediction, error } = request.versions[version];
  const { id, at, user, locale, label } = request;
  return {
    request_id: id,
    timestamp: at,
    user_id: user,
    locale,
    label,
    served_by: version,
    latency_ms: ms,
    prediction,
    error,
  };
};

export interface Told {
  readonly evidence: Evidence;
  readonly notes: readonly string[];
}

/** Evaluates a half of the traffic on a log in a folder of its own. */
export async function told(files: Readonly<Record<string, Content>>, source: string, rest: string): Promise<Told> {
  const rollout = new TestRollout({ plan: planOf(source, rest), files }, keptForTheRun);
  return { evidence: await rollout.evaluate(), notes: rollout.notes };
}

const planOf = (source: string, rest: string): PlanKeys => ({
  name: 'real-logs',
  requests: `{ source: ${JSON.stringify(source)}, ${rest} }`,
  stages: '[{ name: half, weight: 50% }, { name: full, weight: 1 }]',
  guardrails: [
    '{ metric: latency.p95, max: 500ms, maxIncrease: 80% }',
    '{ metric: latency.mean, maxIncrease: 40ms }',
    '{ metric: error_rate, maxIncrease: 15pp }',
    '{ metric: accuracy, maxDecrease: 45pp, segments: [locale] }',
  ],
});

export const found = ({ evidence: { cohorts, outcomes, comparisons, guardrails, verdict } }: Told) => ({
  cohorts,
  outcomes,
  comparisons,
  guardrails,
  verdict,
});

export const inContext = 'segments: { locale: context.locale }';
export const inColumn = 'segments: { locale: locale }';
export const ownFields = { pairs: '', live: 'fields: { servedBy: served_by }, ' };
/** Lines of other services in the same log: nobody's, at times that are none, and failing. */
export const noise = Array.from({ length: 150 }, (_, index) => ({
  path: index % 2 === 0 ? '/healthz' : '/metrics',
  request_id: `h${index}`,
  timestamp: 'never',
  served_by: index % 3 === 0 ? '1.0.0' : '1.1.0',
  error: 'timeout',
}));

export const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
export const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/** Every request by both versions, a line each; the mirrored one comes later. */
export const longForm = requests.flatMap((request) => [
  served(request, '1.0.0'),
  { ...served(request, '1.1.0'), timestamp: later(request.at, 250), label: undefined },
]);
