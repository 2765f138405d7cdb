import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { evidenceText } from '../../../src/report/evidence/evidence-text.ts';
import { columns, increaseEvidence, manySegments, rollbackEvidence } from '../example-evidence.ts';
import { isWhole, runsOf } from '../../fixtures/tiers.ts';

const screen = { planFile: 'rollouts/intent-classifier-1.6.0.yaml', model: 'intent-classifier' };
const options = { ...screen, verbose: true };

function golden(name: string): string {
  return join(import.meta.dirname, 'golden', `${name}.txt`);
}

test.each([
  ['rollback-80', rollbackEvidence, 80],
  ['rollback-160', rollbackEvidence, 160],
  ['rollback-50', rollbackEvidence, 50],
  ['increase-80', increaseEvidence, 80],
] as const)('evaluate --verbose prints %s as it was reviewed', async (name, evidence, width) => {
  await expect(evidenceText(evidence, columns(width), options)).toMatchFileSnapshot(golden(name));
});

test.each([
  ['screen-of-rollback-80', rollbackEvidence, 80],
  ['screen-of-rollback-50', rollbackEvidence, 50],
  ['screen-of-increase-80', increaseEvidence, 80],
  ['screen-of-hold-80', manySegments(200), 80],
] as const)('evaluate prints %s as it was reviewed', async (name, evidence, width) => {
  await expect(evidenceText(evidence, columns(width), screen)).toMatchFileSnapshot(golden(name));
});

test('one plan fits a screen of 24 lines of 80 columns with its prompt, whatever there is to tell', () => {
  const long = 'lost_or_stolen_card; '.repeat(40);
  const told = [rollbackEvidence, increaseEvidence, manySegments(runsOf(200, 40)), hostile()].flatMap((evidence) => [
    evidence,
    { ...evidence, verdict: { ...evidence.verdict, alarm: true, reasons: [long, long, long, long] } } as const,
    { ...evidence, registryChange: { ...evidence.registryChange, refused: long } },
  ]);
  for (const evidence of told) {
    for (const width of [80, 100, 160]) {
      const text = evidenceText(evidence, columns(width), screen);
      expect(text.split('\n').length).toBeLessThanOrEqual(24);
      expect(text).toMatch(/^Verdict: [A-Z]+/mu);
      expect(text).toMatch(/^Next: canary /mu);
    }
  }
});

test('a screen tells what would decide the guardrail that waits longest', () => {
  const found =
    'accuracy changed by -1 pp, somewhere between -3 pp and +1 pp; allowed: max decrease 1 pp: inconclusive';
  const guardrails = [500, 90_000].map((units) => ({
    metric: units === 500 ? 'error_rate' : 'accuracy',
    segment: null,
    bound: { kind: 'maxDecrease', value: 0.01, relative: false } as const,
    onBreach: 'rollback' as const,
    test: 'interval' as const,
    unit: 'proportion' as const,
    status: 'inconclusive' as const,
    reason: `${found}; about ${units} more users would decide it`,
    needed: { units, requests: units },
  }));
  const verdict = { decision: 'hold', exitCode: 3, reasons: guardrails.map(({ reason }) => reason) } as const;
  const text = evidenceText({ ...rollbackEvidence, guardrails, verdict }, columns(160), screen);
  expect(text).toContain(`  • ${found}\n`);
  expect(text).toContain('\nWaits for: accuracy, the slowest: about 90000 more users would decide it\n');
});

test('without unicode every drawn character is ASCII', () => {
  const text = evidenceText(rollbackEvidence, { ...columns(80), unicode: false }, options);
  // eslint-disable-next-line no-control-regex
  expect(text).toMatch(/^[\n -~]*$/u);
});

test('colour adds nothing but colour', () => {
  const painted = evidenceText(rollbackEvidence, { ...columns(80), color: 1 }, options);
  expect(painted).toContain('\u001b[');
  expect(stripVTControlCharacters(painted)).toBe(evidenceText(rollbackEvidence, columns(80), options));
});

test('no line is wider than the terminal, however wide that is', () => {
  for (const evidence of [rollbackEvidence, increaseEvidence, manySegments(12), hostile()]) {
    for (let width = 60; width <= 200; width += isWhole ? 4 : 20) {
      const text = evidenceText(evidence, { ...columns(width), color: 1 }, options);
      const widest = Math.max(...text.split('\n').map((line) => stringWidth(line)));
      expect(widest).toBeLessThanOrEqual(Math.min(width, 160));
    }
  }
});

test('every status is a word', () => {
  const text = evidenceText(rollbackEvidence, columns(160), options);
  for (const word of ['pass  ', 'BREACH', 'inconclusive', 'uncomputable', 'HOLD coverage', 'warning parity']) {
    expect(text).toContain(word);
  }
});

test('breaches come before what is uncomputable, undecided and passing', () => {
  const lines = evidenceText(rollbackEvidence, columns(160), options).split('\n');
  const table = lines.slice(0, lines.indexOf('Checks'));
  const statuses = table.map((line) => /^ {2}(BREACH|uncomputable|inconclusive|pass) /u.exec(line)?.[1]);
  expect(statuses.filter((status) => status !== undefined)).toEqual([
    'BREACH',
    'uncomputable',
    'inconclusive',
    'inconclusive',
    'pass',
    'pass',
    'pass',
  ]);
});

test('segments come worst first, those without an interval last', () => {
  const text = evidenceText(rollbackEvidence, columns(160), options);
  const paired = text.slice(text.indexOf('Paired'), text.indexOf('Served'));
  const locales = Array.from(paired.matchAll(/ {4}locale=(\S+)/gu), ([, locale]) => locale);
  expect(locales).toEqual(['de-DE', 'fr-FR', 'ja-JP', 'pt-BR', 'en-US', 'nl-NL'].toSorted(byProvenHarm));
});

/** Lower ends of the example's intervals, turned so that more is worse. */
function byProvenHarm(a: string, b: string): number {
  const proven = {
    'de-DE': 0.0271,
    'fr-FR': -0.0286,
    'ja-JP': -0.0307,
    'en-US': -0.0313,
    'pt-BR': -0.0402,
    'nl-NL': -1,
  };
  const of = (locale: string) => Object.entries(proven).find(([name]) => name === locale)?.[1] ?? 0;
  return of(b) - of(a);
}

test('verbose shows every segment, guardrail and reason', () => {
  const text = evidenceText(manySegments(200), columns(160), options);
  expect(text).not.toContain('more');
  expect(text.match(/locale=segment-\d+/gu)).toHaveLength(600);
});

test('quiet prints the verdict alone', () => {
  expect(evidenceText(rollbackEvidence, columns(80), { ...options, quiet: true })).toBe('Verdict: ROLLBACK\n');
});

test('the verdict and the next command come last', () => {
  const end = evidenceText(increaseEvidence, columns(80), options).split('\n\n').slice(-2);
  expect(end[0]).toMatch(/^Verdict: INCREASE\n {2}• latency\.p95 is 118\.2 ms, allowed 120 ms: pass\n/u);
  expect(end[1]).toBe(
    'Next: canary promote rollouts/intent-classifier-1.6.0.yaml\n      enters canary-25: 25% of users get 1.6.0\n',
  );
});

test('a missing number says why, in a note', () => {
  const text = evidenceText(rollbackEvidence, columns(80), options);
  expect(text).toContain('-25.00 pp        none [1]');
  expect(text).toContain('[1] 2 users are too few for an interval; 30 are needed.');
  expect(text).toContain('[1] No request of the stable cohort has a label.');
});

/** Evidence whose every name wants to be obeyed. */
function hostile(): Evidence {
  const name = `\u001b[2J::error file=x::y\n##[group]\u202E${'<script>'.repeat(2000)}`;
  const text = JSON.stringify(rollbackEvidence)
    .replaceAll('"de-DE"', JSON.stringify(name))
    .replaceAll('"intent-classifier-1.6.0"', JSON.stringify(name))
    .replaceAll('"canary-25"', JSON.stringify(name))
    .replaceAll('"1.6.0"', JSON.stringify(name))
    .replaceAll('"coverage"', JSON.stringify(name))
    .replaceAll('"agreement"', JSON.stringify(name))
    .replaceAll('"timeout"', JSON.stringify(name))
    .replaceAll('"wasm"', JSON.stringify(name));
  const evidence: Evidence = JSON.parse(text);
  return { ...evidence, verdict: { ...evidence.verdict, reasons: [`for locale=${name}`] } };
}

test('names from logs and plans do nothing to the terminal or the build that shows them', () => {
  for (const width of [50, 80, 160]) {
    const text = evidenceText(hostile(), columns(width), {
      planFile: 'a\u001b[0m\n::error::b',
      model: '\u009B2J',
      verbose: true,
    });
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[^\n\P{C}]/u);
    expect(text).not.toMatch(/::[a-z]|##\[/iu);
    expect(text.length).toBeLessThan(40_000);
  }
});

test('a change that promote would refuse is not offered as the next step', () => {
  const refused = 'The rollout other of intent-classifier is under way; this one cannot move at the same time';
  const evidence = { ...increaseEvidence, registryChange: { ...increaseEvidence.registryChange, refused } };
  const text = evidenceText(evidence, columns(160), { planFile: 'plan.yaml', verbose: true });
  expect(text).toContain(`none: ${refused}`);
  expect(text).toContain('Next: canary status plan.yaml');
  expect(text).not.toContain('canary promote');
});

test('a mean that few users carry says so', () => {
  const [first, ...rest] = increaseEvidence.comparisons;
  if (first === undefined || 'uncomputable' in first) throw new Error('the example begins with numbers');
  const evidence = { ...increaseEvidence, comparisons: [{ ...first, topUnitsShare: 0.234 }, ...rest] };
  expect(evidenceText(evidence, columns(160), options)).toContain('The heaviest 1% of users carry 23.40% of the');
});
