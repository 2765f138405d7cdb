import { expect, test } from 'vitest';
import { inContext, longForm, noise, ownFields, paired, requests, served, servedBy, told } from './real-log-folder.ts';

test('what is left out is counted by version, apart from rejects, and said', async () => {
  const log = [...noise, ...requests.map((each) => ({ path: '/v1/predict', ...served(each) }))];
  const { evidence, notes } = await told(
    { 'log.jsonl': log },
    'log.jsonl',
    `where: { path: /v1/predict }, ${ownFields.live}${inContext}`,
  );
  expect(evidence.inputs.requests[0]).toMatchObject({
    rows: 550,
    rejected: {},
    leftOut: { records: 150, versions: { '1.0.0': 50, '1.1.0': 100 } },
  });
  expect(notes).toEqual(['requests.where leaves out 150 of 550 lines, 50 of 1.0.0 and 100 of 1.1.0.']);
});

test('pairs in long form are said to be', async () => {
  const { notes, evidence } = await told({ 'log.jsonl': longForm }, 'log.jsonl', `${ownFields.live}${inContext}`);
  expect(notes.join(' ')).toContain('400 of 400 requests have a record of each version');
  expect(evidence.inputs.requests[0]).toMatchObject({
    rows: 400,
    lines: { lines: 800, unpacked: 0, joined: 400, unmatched: 0 },
  });
});

test('a live split with a few requests that both versions have is none of pairs', async () => {
  const twice = requests.slice(0, 3).map((each) => served(each, servedBy(each) === '1.0.0' ? '1.1.0' : '1.0.0'));
  const { evidence } = await told(
    { 'log.jsonl': [...requests.map((each) => served(each)), ...twice] },
    'log.jsonl',
    `${ownFields.live}${inContext}`,
  );
  expect(evidence.inputs.requests[0]?.rejected).toEqual({ 'conflicting-copies': 6 });
  expect(evidence.comparisons.every(({ comparison }) => comparison === 'served')).toBe(true);
});

test('a unit that makes every latency absurd is uncomputable, with the unit that would fit', async () => {
  const { evidence, notes } = await told(
    { 'log.jsonl': requests.map((each) => ({ ...served(each), took: served(each).latency_ms * 1000 })) },
    'log.jsonl',
    `fields: { servedBy: served_by, latency: { path: took, unit: s } }, ${inContext}`,
  );
  const latency = evidence.guardrails.filter(({ metric }) => metric.startsWith('latency'));
  expect(latency.map(({ status }) => status)).toEqual(['uncomputable', 'uncomputable', 'uncomputable']);
  expect(latency[0]?.reason).toContain('write latency: { path: took, unit: us }');
  expect(evidence.verdict.decision).toBe('hold');
  expect(notes.join(' ')).toContain('unit: us');
});

test('labels of requests that are too young do not count', async () => {
  const { evidence, notes } = await told(
    { 'log.jsonl': requests.map(paired) },
    'log.jsonl',
    `labelsMatureAfter: 1d, ${inContext}`,
  );
  const accuracy = evidence.comparisons.find(
    ({ metric, segment, cohort }) => metric === 'accuracy' && segment === null && cohort === 'all',
  );
  const young = requests.filter(({ at }) => Date.parse(at) > Date.parse(requests.at(-1)?.at ?? '') - 86_400_000).length;
  expect(notes).toEqual([`${young} requests are younger than 1 day, and ${young} of their labels do not count yet.`]);
  expect(accuracy === undefined || 'uncomputable' in accuracy ? undefined : accuracy.requests).toBeLessThanOrEqual(
    400 - young,
  );
});

test('a where on a field that is nowhere is an error with the nearest', async () => {
  const log = { 'log.jsonl': requests.map((each) => ({ ...paired(each), path: '/predict' })) };
  await expect(told(log, 'log.jsonl', `where: { paths: /predict }, ${inContext}`)).rejects.toMatchObject({
    exitCode: 5,
    message: 'log.jsonl: no record has the field paths, which requests.where names',
    hint: expect.stringContaining('did you mean path?'),
  });
});

test('a where that leaves nothing is an error', async () => {
  const log = { 'log.jsonl': requests.map((each) => ({ ...paired(each), path: '/predict' })) };
  await expect(told(log, 'log.jsonl', `where: { path: /other }, ${inContext}`)).rejects.toMatchObject({
    exitCode: 5,
    hint: 'check requests.where against a record of the log',
  });
});
