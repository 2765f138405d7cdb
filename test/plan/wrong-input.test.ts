import { describe, expect, test } from 'vitest';
import { examplePlan, parse, planWith, problems } from './plan-text.ts';

/** [what is wrong, text of the example plan, what stands there instead, the one finding without the file's name] */
type Case = readonly [string, string, string, string];

function testEach(cases: readonly Case[]): void {
  test.each(cases)('%s', (_title, piece, replacement, expected) => {
    expect(problems(planWith(piece, replacement))).toEqual([`rollouts/a.yaml:${expected}`]);
  });
}

describe('keys', () => {
  testEach([
    [
      'an unknown key gets the nearest known one',
      'replay: {',
      'reply: {',
      '32:1 unknown key reply; did you mean replay?',
    ],
    [
      'an unknown key far from all others gets the list',
      '{ timeout: 1.5s, seed: 7 }',
      '{ wombat: 1 }',
      '32:11 unknown key wombat in replay; write one of latency, latencyRequests, batch, timeout, seed',
    ],
    [
      'a misspelt required key is one finding, not an unknown and a missing one',
      'guardrails:',
      'gaurdrails:',
      '26:1 unknown key gaurdrails; did you mean guardrails?',
    ],
    [
      'a key in snake case',
      'minUnits: 100',
      'min_units: 100',
      '19:53 unknown key min_units in stages[1]; did you mean minUnits?',
    ],
    ['a missing key at the top', 'model: intent\n', '', '1:1 model is missing; write model: intent-classifier'],
    [
      'a missing key of a map is found at the map',
      'source: ../requests/*.jsonl',
      'maxRejected: 1%',
      '9:1 requests.source is missing; write source: ../requests/*.jsonl',
    ],
    [
      'a missing key of a list item is found at the item',
      '{ name: shadow, weight: 0,',
      '{ name: shadow,',
      '18:5 stages[0].weight is missing; write weight: 5%',
    ],
    [
      'a key without a value',
      'registry: ../registry',
      'registry:',
      '5:10 registry has no value; write registry: ../registry',
    ],
  ]);
});

describe('text that YAML reads as something else', () => {
  testEach([
    [
      'an unquoted version shows the quotes to write',
      'baseline: stable',
      'baseline: 1.4',
      '6:11 baseline: 1.4 is read as a number; write baseline: "1.4"',
    ],
    [
      'digits that YAML would drop are kept in the message',
      'candidate: 1.5.0',
      'candidate: 1.50',
      '7:12 candidate: 1.50 is read as a number; write candidate: "1.50"',
    ],
    ['a name of digits', 'model: intent', 'model: 7', '4:8 model: 7 is read as a number; write model: "7"'],
    [
      'a name that YAML reads as a truth value',
      'owner: on-call',
      'owner: true',
      '34:20 owner: true is read as true or false; write owner: "true"',
    ],
    [
      'a metric with arguments that a flow mapping cuts at the comma',
      '{ metric: accuracy, maxDecrease: 1pp,',
      '{ metric: recall(a,b), maxDecrease: 1pp,',
      '29:15 metric: recall(a is cut off at the comma; write metric: "recall(a,b)"',
    ],
  ]);
});

describe('choices', () => {
  testEach([
    [
      'a misspelt choice',
      'onBreach: hold',
      'onBreach: holt',
      '30:57 onBreach: holt is not one of the choices; did you mean hold? (one of rollback, hold)',
    ],
    [
      'a choice far from all others',
      'replay: {',
      'judge: everybody\nreplay: {',
      '32:8 judge: everybody is not one of the choices; write one of canary, all',
    ],
    [
      'another version of the format',
      'canary/v1',
      'canary/v2',
      '1:13 apiVersion: canary/v2 is not known; write canary/v1',
    ],
    ['another kind of document', 'RolloutPlan', 'Deployment', '2:7 kind: Deployment is not known; write RolloutPlan'],
    [
      'misspelt inference',
      'replay: {',
      'statistics: { inference: seqential }\nreplay: {',
      '32:26 inference: seqential is not one of the choices; did you mean sequential? (one of sequential, fixed)',
    ],
  ]);
});

describe('names', () => {
  testEach([
    [
      'a plan name that is no folder name',
      'name: intent-1.5.0',
      'name: intent/1.5.0',
      '3:7 name: intent/1.5.0 cannot be the name of a folder; write letters, digits, dots, underscores and hyphens, such as intent-1.5.0',
    ],
    [
      'a stage name that leaves the folder',
      'name: shadow',
      'name: ..',
      '18:13 name: .. cannot be the name of a folder; write letters, digits, dots, underscores and hyphens, such as canary-5',
    ],
    [
      'a plan name that is another folder of canary',
      'name: intent-1.5.0',
      'name: outcomes',
      "3:7 name: outcomes is the name of a file of canary's own; write another name",
    ],
    ['an empty name', 'name: intent-1.5.0', 'name: ""', '3:7 name is empty; write name: and a name'],
    [
      'two stages of one name',
      'name: half',
      'name: shadow',
      '20:11 two stages are named shadow; give each stage its own name',
    ],
    [
      'two stages whose names differ in case alone',
      'name: half',
      'name: Shadow',
      '20:11 stage Shadow differs from shadow in case alone; give each stage its own name',
    ],
  ]);
});

describe('weights', () => {
  testEach([
    [
      'a percentage without its sign',
      'weight: 5%',
      'weight: 10',
      '19:31 weight: 10 is not a fraction; write 0.1 or 10%',
    ],
    [
      'a weight above all traffic',
      'weight: 5%',
      'weight: 150%',
      '19:31 weight: 150% is not between 0% and 100%; write a percentage such as 5%',
    ],
    [
      'a negative weight',
      'weight: 5%',
      'weight: -0.1',
      '19:31 weight: -0.1 is not a fraction; write a fraction from 0 to 1, such as 0.05 or 5%',
    ],
    [
      'a weight in words',
      'weight: 5%',
      'weight: half',
      '19:31 weight: half is not a fraction; write a fraction from 0 to 1, such as 0.05 or 5%',
    ],
    [
      'weights that fall',
      'weight: 0.5',
      'weight: 1%',
      '21:13 weight: 1% is below the 5% of the stage before; put the stages in order of their weights, which never fall',
    ],
    [
      'a last weight below 1',
      'weight: 1 }',
      'weight: 90% }',
      "24:27 weight: 90% is the last stage's, so the candidate would never take all traffic; add a stage after it: { name: full, weight: 1 }",
    ],
  ]);

  test('stages may keep a weight', () => {
    expect(problems(planWith('weight: 0.5', 'weight: 5%'))).toEqual([]);
  });
});

describe('settings', () => {
  testEach([
    [
      'a confidence in percent',
      'replay: {',
      'statistics: { confidence: 95 }\nreplay: {',
      '32:27 confidence: 95 is not a number between 0.5 and 1; write 0.95',
    ],
    [
      'a confidence of a coin toss',
      'replay: {',
      'statistics: { confidence: 0.5 }\nreplay: {',
      '32:27 confidence: 0.5 is not a number between 0.5 and 1; write 0.95',
    ],
    [
      'certainty',
      'replay: {',
      'statistics: { confidence: 1 }\nreplay: {',
      '32:27 confidence: 1 is not a number between 0.5 and 1; write 0.95',
    ],
    ['a timeout without a unit', 'timeout: 1.5s', 'timeout: 2', '32:20 timeout: 2 has no unit; write 2ms or 2s'],
    [
      'a timeout in minutes',
      'timeout: 1.5s',
      'timeout: 2min',
      '32:20 timeout: 2min has an unknown unit; write 2ms or 2s',
    ],
    [
      'no time at all',
      'timeout: 1.5s',
      'timeout: 0s',
      '32:20 timeout: 0s is not above zero; write a time such as 500ms or 2s',
    ],
    [
      'a number with separators',
      'minRequests: 2000',
      'minRequests: 2_000',
      '18:45 minRequests: 2_000 is not a whole number; write minRequests: 2000',
    ],
    [
      'a stage that needs no requests',
      'minRequests: 2000',
      'minRequests: 0',
      '18:45 minRequests: 0 is below 1; write minRequests: 500',
    ],
    ['a seed that is not whole', 'seed: 7', 'seed: 7.5', '32:32 seed: 7.5 is not a whole number; write seed: 7'],
    [
      'an hour that does not exist',
      'hours: [8, 20]',
      'hours: [8, 24]',
      '33:24 24 is not a whole hour from 0 to 23; write the first and the last hour (UTC, both included), such as [8, 20]',
    ],
    [
      'one hour instead of two',
      'hours: [8, 20]',
      'hours: [8]',
      '33:13 hours: [8] is not a first and a last hour; write the first and the last hour (UTC, both included), such as [8, 20]',
    ],
    [
      'a day that does not exist',
      'from: 2026-11-01',
      'from: 2026-02-30',
      '15:9 from: 2026-02-30 names a day that does not exist; write a date or a time such as 2026-11-01 or 2026-11-01T09:00:00Z',
    ],
    [
      'a time that is none',
      'from: 2026-11-01',
      'from: yesterday',
      '15:9 from: yesterday is not a time; write a date or a time such as 2026-11-01 or 2026-11-01T09:00:00Z',
    ],
    [
      'a window that ends before it begins',
      'from: 2026-11-01',
      'from: 2026-11-02\n  to: 2026-11-01',
      '16:7 to: 2026-11-01 is not after from: 2026-11-02; write a later time; to itself is left out',
    ],
    [
      'a rehearsal on no date',
      'rehearsed: 2026-11-01',
      'rehearsed: last week',
      '34:40 rehearsed: last week is not a date; write a day such as 2026-11-01',
    ],
    [
      'an empty salt',
      'replay: {',
      'assignment: { salt: "" }\nreplay: {',
      '32:21 assignment.salt is empty; write salt: intent-classifier-1.5.0',
    ],
    [
      'a map where text belongs',
      'registry: ../registry',
      'registry: { path: x }',
      '5:1 registry: a mapping is not text; write registry: ../registry',
    ],
    [
      'a dotted path with a gap',
      'unit: session.id',
      'unit: session..id',
      '11:19 unit: session..id is not a valid unit; write unit: user_id',
    ],
    [
      'too many rejects in percent',
      'from: 2026',
      'maxRejected: 2\n  from: 2026',
      '15:16 maxRejected: 2 is not a fraction; write 0.02 or 2%',
    ],
  ]);
});

describe('segments', () => {
  testEach([
    [
      'a guardrail on a misspelt dimension',
      'segments: [locale]',
      'segments: [local]',
      '29:54 local is not a dimension of requests.segments; did you mean locale? (one of locale, hour)',
    ],
    [
      'a derived dimension that is not declared',
      'segments: [locale]',
      'segments: [weekday]',
      '29:54 weekday is not a dimension of requests.segments; add weekday: timestamp.weekday under requests.segments',
    ],
    [
      'a dimension named twice',
      'segments: [locale]',
      'segments: [locale, locale]',
      '29:43 guardrails[2].segments names the same thing twice; write segments: [ locale ]',
    ],
    [
      'coverage of an unknown dimension',
      'segments: { locale: [en-US',
      'segments: { region: [en-US',
      '33:41 region is not a dimension of requests.segments; write one of locale, hour',
    ],
    [
      'a value that YAML reads as a number',
      'segments: { locale: [en-US, de-DE]',
      'segments: { hour: [8]',
      '33:48 8 is read as a number; write "8"',
    ],
    [
      'a dimension whose name cannot be a column',
      'hour: timestamp.hour',
      'of day: timestamp.hour',
      '14:5 of day cannot name a dimension; write letters, digits, underscores and hyphens, starting with a letter',
    ],
  ]);
});

describe('everything at once', () => {
  test('findings of all parts come together in reading order', () => {
    const text = planWith('weight: 5%', 'weight: 10')
      .replace('baseline: stable', 'baseline: 1.4')
      .replace('max: 120ms', 'max: 120')
      .replace('replay:', 'reply:')
      .replace('owner: on-call, ', '');
    expect(problems(text)).toEqual([
      'rollouts/a.yaml:6:11 baseline: 1.4 is read as a number; write baseline: "1.4"',
      'rollouts/a.yaml:19:31 weight: 10 is not a fraction; write 0.1 or 10%',
      'rollouts/a.yaml:27:33 max: 120 has no unit; write 120ms or 120s',
      'rollouts/a.yaml:32:1 unknown key reply; did you mean replay?',
      'rollouts/a.yaml:34:1 rollback.owner is missing; write owner: on-call',
    ]);
  });

  test('a finding carries the text of its line', () => {
    const result = parse(planWith('weight: 5%', 'weight: 10'));
    expect(result.ok ? [] : result.diagnostics.map(({ lineText }) => lineText)).toEqual([
      '  - { name: canary-5, weight: 10, minRequests: 500, minUnits: 100 }',
    ]);
  });

  test('no stages and no guardrails', () => {
    const [head = ''] = examplePlan.split('stages:');
    expect(problems(`${head}stages: []\nguardrails: []\n`)).toEqual([
      'rollouts/a.yaml:17:1 stages is empty; write at least one: - { name: canary-5, weight: 5%, minRequests: 500, minUnits: 100 }',
      'rollouts/a.yaml:18:1 guardrails is empty; write at least one: - { metric: latency.p95, max: 120ms, maxIncrease: 10% }',
    ]);
  });
});
