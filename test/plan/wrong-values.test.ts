import { describe, expect, test } from 'vitest';
import { planWith, problems } from './plan-text.ts';
import { testEach } from './wrong-case.ts';

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
      'weight: 0.25',
      'weight: 1%',
      '21:13 weight: 1% is below the 5% of the stage before; put the stages in order of their weights, which must not fall',
    ],
    [
      'a last weight below 1',
      'weight: 1 }',
      'weight: 90% }',
      "24:27 weight: 90% is the last stage's, so the candidate would never take all traffic; add a stage after it: { name: full, weight: 1 }",
    ],
  ]);

  test('stages may keep a weight', () => {
    expect(problems(planWith('weight: 0.25', 'weight: 5%'))).toEqual([]);
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
      'from: 2026-11-05\n  to: 2026-11-03',
      '16:7 to: 2026-11-03 is not after from: 2026-11-05; write a later time; to is not included',
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
      '11:19 the path session..id has nothing between two dots, or at an end; write session.id',
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

describe('a load', () => {
  testEach([
    [
      'a speed-up of nothing',
      'timeout: 1.5s',
      'speedup: 4',
      "32:20 speedup: only the log's own times can be sped up; write rate: recorded beside it",
    ],
    [
      'a rate of recorded times',
      'timeout: 1.5s',
      'latency: recorded, rate: 60',
      '32:36 rate: nothing is sent when the latency is recorded; write latency: measured, or no rate',
    ],
    ['a rate of nothing', 'timeout: 1.5s', 'rate: 0', '32:17 rate: 0 is not above 0; write rate: 60'],
    ['a rate with a unit', 'timeout: 1.5s', 'rate: 60rps', '32:17 rate: 60rps is not a valid rate; write rate: 60'],
    [
      'more clients than there can be',
      'timeout: 1.5s',
      'concurrency: 5000',
      '32:24 concurrency: 5000 is above 1000; write concurrency: 8',
    ],
  ]);
});
