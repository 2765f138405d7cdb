import type { Evidence } from '../../src/domain/evidence.ts';
import type { PlanKeys } from '../fixtures/test-rollout.ts';
import { type PlantedRecord, plantedRollout, seeded } from './planted-log.ts';

/** What a version does with a request: its answer, or an error with or without its time. */
export interface Told {
  readonly latency_ms?: number;
  readonly prediction?: unknown;
  readonly error?: string;
}

/** A request before anybody answers it. */
export interface Asked {
  readonly user: number;
  readonly hard: boolean;
  readonly draw: () => number;
}

interface LogOptions {
  readonly users?: number;
  readonly seed?: number;
  /** Both versions' outcomes of each request, or that of whoever served the user. */
  readonly shape?: 'pairs' | 'live';
  readonly baseline: (asked: Asked) => Told;
  readonly candidate: (asked: Asked) => Told;
  /** The truth as it is written; undefined where it is not known. */
  readonly label?: (asked: Asked, baseline: Told, candidate: Told) => string | undefined;
}

const shareHard = 0.15;

/** Two requests of each user, of which one in seven is hard. A fifth of the users of a live split has the candidate. */
export function logOf({
  users = 2000,
  seed = 1,
  shape = 'pairs',
  baseline,
  candidate,
  label = () => 'a',
}: LogOptions): PlantedRecord[] {
  const draw = seeded(seed);
  return Array.from({ length: users * 2 }, (_, request) => {
    const user = Math.floor(request / 2);
    const asked: Asked = { user, hard: draw() < shareHard, draw };
    const [before, after] = [baseline(asked), candidate(asked)];
    const served = user % 5 === 0 ? '1.1.0' : '1.0.0';
    return {
      request_id: `r${request}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + request * 30_000).toISOString(),
      user_id: `u${user}`,
      label: label(asked, before, after),
      ...(shape === 'pairs'
        ? { outcomes: { '1.0.0': before, '1.1.0': after } }
        : { served_by: served, ...(served === '1.1.0' ? after : before) }),
    };
  });
}

/** Right nine times of ten and fast, but on hard requests less often and slowly. */
export function usual({ hard, draw }: Asked): Told {
  const right = draw() < (hard ? 0.6 : 0.9);
  return { prediction: right ? 'a' : 'b', latency_ms: (hard ? 300 : 40) + 20 * draw() };
}

/** Better and faster than that on what it answers, which is nothing hard. */
export function refusing(error: Told): (asked: Asked) => Told {
  return (asked) => (asked.hard ? error : { ...usual(asked), latency_ms: 38 + 20 * asked.draw() });
}

export async function evaluated(
  records: readonly PlantedRecord[],
  guardrails: readonly string[],
  plan: PlanKeys = {},
): Promise<Evidence> {
  const live = records.some((record) => 'served_by' in record);
  const split = {
    requests: '{ source: log.jsonl, fields: { servedBy: served_by } }',
    stages: '[{ name: canary-20, weight: 20% }, { name: full, weight: 1 }]',
  };
  return await plantedRollout()
    .write('log.jsonl', records)
    .evaluate({ ...(live ? split : {}), guardrails, ...plan });
}
