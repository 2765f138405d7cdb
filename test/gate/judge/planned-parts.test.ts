import { describe, expect, test } from 'vitest';
import { type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const once = 'statistics: { inference: planned, looks: 1 }';
const shadow = 'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]';
const source = 'requests: { source: log.jsonl }';

interface Made {
  readonly label: string;
  readonly baseline: PlantedRecord;
  readonly candidate: PlantedRecord;
}

/** Pairs of one user each, evenly over two days. */
function logOf(users: number, made: (index: number, hour: number, random: () => number) => Made): PlantedRecord[] {
  const random = seeded(31);
  return Array.from({ length: users }, (_, index) => {
    const hour = ((index + 0.5) / users) * 48;
    const { label, baseline, candidate } = made(index, Math.floor(hour), random);
    return {
      request_id: `r${index}`,
      timestamp: start + Math.floor(hour * 3_600_000),
      user_id: `u${index}`,
      label,
      outcomes: { '1.0.0': baseline, '1.1.0': candidate },
    };
  });
}

/** Right in 86% of the cases, and otherwise another label. */
function answer(label: string, luck: number, share = 0.86): PlantedRecord {
  const other = label === 'a' ? 'b' : 'a';
  return { prediction: luck < share ? label : other, latency_ms: 40 };
}

function oneOfTwo(index: number): 'a' | 'b' {
  return index % 2 === 0 ? 'a' : 'b';
}

/** Times of which those of the candidate are longer by the factor of their hour. */
function slowIn(factorOf: (hour: number) => number): PlantedRecord[] {
  return logOf(6000, (_index, hour, random) => {
    const time = () => 40 * Math.exp(0.3 * (random() + random() + random() - 1.5));
    const [baseline, candidate] = [time(), time() * factorOf(hour)];
    return {
      label: 'a',
      baseline: { prediction: 'a', latency_ms: baseline },
      candidate: { prediction: 'a', latency_ms: candidate },
    };
  });
}

/** Two labels that are as they were, and one of so few users, which the candidate knows that often. */
function labelled(few: number, right: number): PlantedRecord[] {
  return logOf(4000 + few, (index, _hour, random) => {
    const isFew = index % Math.floor(4000 / few) === 0;
    const label = isFew ? 'c' : oneOfTwo(index);
    const luck = random();
    return { label, baseline: answer(label, luck), candidate: answer(label, luck, isFew ? right : 0.86) };
  });
}

/** Three labels, one of which has so few requests. */
function rare(fewest: number): PlantedRecord[] {
  return logOf(1200, (index, _hour, random) => {
    const label = index < fewest ? 'c' : oneOfTwo(index);
    const luck = random();
    return { label, baseline: answer(label, luck), candidate: answer(label, luck) };
  });
}

async function judged(records: readonly PlantedRecord[], guardrail: string, statistics = once) {
  const rollout = plantedRollout().write('log.jsonl', records);
  const plan = [source, shadow, 'replay: { latency: recorded }', `guardrails: [${guardrail}]`, statistics];
  return await rollout.evaluate(planLines(plan));
}

describe('a latency whose end is planned', () => {
  const latency = '{ metric: latency.mean, maxIncrease: 5% }';

  test('is beyond its bound where it is in every hour', async () => {
    const { guardrails } = await judged(
      slowIn(() => 1.25),
      latency,
    );
    expect(guardrails[0]?.status).toBe('breach');
  });

  test('is not proven to be where a few hours are slow', async () => {
    const { guardrails } = await judged(
      slowIn((hour) => (hour >= 20 && hour < 25 ? 3 : 1)),
      latency,
    );
    expect(guardrails[0]?.status).toBe('inconclusive');
    expect(guardrails[0]?.reason).toContain('with its 48 hours as blocks');
  });
});

describe('true labels at a planned end', () => {
  const perLabel = '{ metric: recall(*), maxDecrease: 5pp }';

  test('of which a small one is destroyed roll back', async () => {
    const evidence = await judged(labelled(28, 0), perLabel);
    expect(evidence.guardrails.find(({ segment }) => segment?.['true label'] === 'c')?.status).toBe('breach');
    expect(evidence.verdict.decision).toBe('rollback');
  });

  test('that are as they were increase, and each has spent', async () => {
    const evidence = await judged(labelled(9, 0.86), perLabel);
    expect(evidence.verdict.decision).toBe('increase');
    // The largest first.
    const spent = evidence.statistics.spending?.map(({ segment }) => segment?.['true label'] ?? 'all');
    expect(spent).toEqual(['all', 'b', 'a']);
  });
});

test('what is needed is told as observed, for no change and at the end that is still to come', async () => {
  const right = { prediction: 'a', latency_ms: 40 };
  const wrong = { prediction: 'b', latency_ms: 40 };
  // Of twenty answers the candidate mends one and spoils one, and of 1,200 it spoils three more.
  const records = logOf(1200, (index) => ({
    label: 'a',
    baseline: index % 20 === 0 ? wrong : right,
    candidate: index % 20 === 1 || index % 400 === 2 ? wrong : right,
  }));
  const planned = 'statistics: { inference: planned, plannedUnits: 4000 }';
  const { guardrails } = await judged(records, '{ metric: accuracy, maxDecrease: 1pp }', planned);
  const [result] = guardrails;
  expect(result?.status).toBe('inconclusive');
  expect(result?.needed.units).toBeGreaterThan(1200);
  expect(result?.needed.unchanged?.units).toBeGreaterThan(1200);
  expect(result?.needed.end).toMatchObject({ users: 4000 });
  expect(result?.needed.end?.unchanged).toBeGreaterThan(result?.needed.end?.observed ?? 1);
  expect(result?.reason).toContain('by the planned 4,000 users the chance of a decision is');
});

test('the chance of an end agrees with the end that is said to be enough', async () => {
  const right = { prediction: 'a', latency_ms: 40 };
  const alike = logOf(60, () => ({ label: 'a', baseline: right, candidate: right }));
  const endAt = async (users: number) => {
    const planned = `statistics: { inference: planned, plannedUnits: ${users} }`;
    const { guardrails } = await judged(alike, '{ metric: error_rate, maxIncrease: 1pp }', planned);
    return guardrails[0]?.needed.end;
  };
  const early = await endAt(500);
  expect(early?.observed).toBeLessThan(0.7);
  const late = await endAt(early?.enough ?? 0);
  expect(Math.abs((late?.observed ?? 0) - 0.8)).toBeLessThan(0.02);
});

test('a mean over labels of which one has few requests has no interval, and spends nothing', async () => {
  const macro = '{ metric: macro_f1, maxDecrease: 5pp }';
  const few = await judged(rare(7), macro);
  expect(few.guardrails[0]).toMatchObject({ status: 'inconclusive' });
  expect(few.guardrails[0]?.reason).toContain('7 true requests of label c, 10 are needed');
  expect(few.statistics.spending?.[0]).toMatchObject({ pass: [], breach: [] });
  const enough = await judged(rare(12), macro);
  expect(enough.statistics.spending?.[0]?.pass).toHaveLength(1);
});
