import { describe, expect, test } from 'vitest';
import { examplePlan, parse, planWith, problems } from './plan-text.ts';
import { testEach } from './wrong-case.ts';

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
      '32:11 unknown key wombat in replay; write one of latency, latencyRequests, pairs, repeats, batch, timeout, seed, concurrency, rate, speedup',
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
      '30:57 onBreach: holt is not one of the choices; did you mean hold? (one of rollback, hold, report)',
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
      '32:26 inference: seqential is not one of the choices; did you mean sequential? (one of sequential, fixed, planned)',
    ],
  ]);
});

describe('names', () => {
  testEach([
    [
      'a plan name that is not a folder name',
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
      "3:7 name: outcomes is the name of one of canary's own files; write another name",
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
      '20:11 stage Shadow differs from shadow only in case; give each stage its own name',
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
