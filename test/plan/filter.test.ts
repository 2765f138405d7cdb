import { describe, expect, test } from 'vitest';
import { planDigestInput, seriesDigestInput } from '../../src/plan/parse-plan.ts';
import { parsed, planWith } from './plan-text.ts';
import { testEach } from './wrong-case.ts';

const source = '  source: ../requests/*.jsonl\n  fields: { unit: session.id }';
const where = (condition: string, fields = '{ unit: session.id }', format = 'canary') =>
  `  format: ${format}\n  source: ../requests/*.jsonl\n  fields: ${fields}\n  where: ${condition}`;
const hint = 'name a field of the request itself, such as its path or kind';

describe('a where', () => {
  testEach([
    [
      'on outcomes is refused',
      source,
      where('{ outcomes.x.error: null }'),
      `13:12 where: outcomes.x.error shows what was answered, and records must not be left out by their outcome; ${hint}`,
    ],
    [
      'on the field of a live split for errors is refused',
      source,
      where('{ code: 200 }', '{ servedBy: by, error: code }'),
      `13:12 where: code shows how a request ended, and records must not be left out by their outcome; ${hint}`,
    ],
    [
      'on the version is refused',
      source,
      where('{ by: v1 }', '{ servedBy: by }'),
      `13:12 where: by shows which version answered, and records must not be left out by their outcome; ${hint}`,
    ],
    [
      'on a time that latency is read from is refused',
      source,
      where('{ ended: { not: null } }', '{ servedBy: by, latency: { from: begun, to: ended } }'),
      `13:12 where: ended shows how long a request took, and records must not be left out by their outcome; ${hint}`,
    ],
    [
      'on the truth is refused',
      source,
      where('{ label: { not: null } }'),
      `13:12 where: label shows the truth, which may depend on the answer, and records must not be left out by their outcome; ${hint}`,
    ],
    [
      'on a status is refused wherever it is',
      source,
      where('{ http.status_code: 200 }'),
      `13:12 where: http.status_code shows how a request ended, and records must not be left out by their outcome; ${hint}`,
    ],
    [
      "on what a serving system's log reads outcomes from is refused",
      source,
      where('{ execution_duration_ms: 1 }', '{ unit: u }', 'inference-table'),
      `13:12 where: execution_duration_ms shows what was answered, and records must not be left out by their outcome; ${hint}`,
    ],
    [
      'needs a value',
      source,
      where('{ path: }'),
      '13:18 path is compared with nothing; write a value, or null for records without it',
    ],
    [
      'needs a path',
      source,
      where('{ a..b: x }'),
      '13:12 the path a..b has nothing between two dots, or at an end; write a.b',
    ],
  ]);

  test('is read as conditions in the order of their fields', () => {
    const written = where('{ path: /predict, kind: { in: [predict, 1, true, null] }, host: { not: a, prefix: b } }');
    expect(parsed(planWith(source, written)).plan.requests.where).toEqual([
      { field: 'host', not: ['a'], prefix: 'b' },
      { field: 'kind', is: ['predict', 1, true, null] },
      { field: 'path', is: ['/predict'] },
    ]);
  });
});

describe('a latency', () => {
  test.each(['{ path: took, unit: s }', '{ from: begun, to: ended }', 'took'])('may be %s', (latency) => {
    const written = `  source: ../requests/*.jsonl\n  fields: { servedBy: by, latency: ${latency} }`;
    expect(parsed(planWith(source, written)).ok).toBe(true);
  });

  testEach([
    [
      'in minutes is none of the units',
      source,
      '  source: ../requests/*.jsonl\n  fields: { servedBy: by, latency: { path: took, unit: m } }',
      '11:56 unit: m is not one of the choices; did you mean ms? (one of ns, us, ms, s)',
    ],
  ]);
});

describe('a kpi', () => {
  testEach([
    [
      'is at a path',
      'metric: latency.mean, maxIncrease: 5ms',
      'metric: "kpi.basket[x", maxIncrease: 5',
      "30:15 the path basket[x has a [ that is not closed; write basket['x']",
    ],
  ]);
});

describe('the unit of each version', () => {
  const unit = '  latencyUnit: { baseline: ms, candidate: s }';

  test('is kept', () => {
    expect(parsed(planWith(source, `${source}\n${unit}`)).plan.requests.latencyUnit).toEqual({
      baseline: 'ms',
      candidate: 's',
    });
  });

  testEach([
    [
      'is written once',
      source,
      `  source: ../requests/*.jsonl\n  fields: { servedBy: by, latency: { path: took, unit: s } }\n${unit}`,
      '12:3 latencyUnit: fields.latency already has a unit; write fields: { latency: PATH }, or no latencyUnit',
    ],
    [
      'is none of two times',
      source,
      `  source: ../requests/*.jsonl\n  fields: { servedBy: by, latency: { from: a, to: b } }\n${unit}`,
      '12:3 latencyUnit: fields.latency is the difference of two times, which has no unit; delete latencyUnit',
    ],
  ]);
});

test('labels mature after a span', () => {
  const { plan } = parsed(planWith(source, `${source}\n  labelsMatureAfter: 20d`));
  expect(plan.requests.labelsMatureAfterMs).toBe(20 * 86_400_000);
});

const sample = (written: string) => `${source}\n  sample: ${written}`;

describe('a sample of users', () => {
  testEach([
    [
      'of nobody is refused',
      source,
      sample('{ units: 0% }'),
      '12:20 units: 0% takes nobody; write a share of the users, such as 1%',
    ],
    [
      'that is a percentage without its sign is refused',
      source,
      sample('{ units: 5 }'),
      '12:20 units: 5 is not a fraction; write 0.05 or 5%',
    ],
    [
      'without a share is refused',
      source,
      sample('{ salt: a }'),
      '12:3 requests.sample.units is missing; write units: 1%',
    ],
    [
      'with an unknown key is refused',
      source,
      sample('{ units: 1%, seed: 3 }'),
      '12:24 unknown key seed in requests.sample; write one of units, salt',
    ],
    [
      'that is a number alone is refused',
      source,
      sample('1%'),
      '12:11 sample: 1% is not a mapping of keys; write sample: { units: 1% }',
    ],
    [
      'by the hash of the assignment is refused',
      `${source}\n  segments:\n    locale: context.locale\n    hour: timestamp.hour\n  from: 2026-11-01\n`,
      `${sample('{ units: 1%, salt: a }')}\n  segments: { locale: context.locale }\nassignment: { scheme: md5, salt: a }\n`,
      '12:30 salt: a is the salt of the assignment, so the sample would come from one cohort first; write another salt',
    ],
  ]);

  test('is read with a salt of its own, and a larger one asks the same question', () => {
    const small = parsed(planWith(source, sample('{ units: 1% }')));
    expect(small.plan.requests.sample).toEqual({ units: 0.01, salt: 'sample' });
    const large = parsed(planWith(source, sample('{ units: 2% }')));
    expect(seriesDigestInput(large.plan)).toBe(seriesDigestInput(small.plan));
    expect(planDigestInput(large.plan)).not.toBe(planDigestInput(small.plan));
  });
});
