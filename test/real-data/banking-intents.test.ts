import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ComparisonNumbers, Evidence } from '../../src/domain/evidence.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import type { Classifier } from './classifier.ts';
import { type Experiment, makeExperiment, planFile, type Rollout } from './experiment.ts';

const dataFolder = process.env['CANARY_REAL_DATA'] ?? '';
const whySkipped = 'CANARY_REAL_DATA is not set to a folder with banking77/ and azure-llm-trace/';
const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));

/** Training takes most of it, several times longer when every core is busy with other tests. */
const setUpTimeoutMs = 300_000;

/** Decimal places in which two ways to the same proportion agree. */
const digits = 12;

interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly evidence: Evidence;
}

describe('questions to a bank, at the times of a production trace (needs CANARY_REAL_DATA)', () => {
  let experiment: Experiment;
  let growing: Run;
  let shrinking: Run;

  beforeAll(async () => {
    if (dataFolder === '') {
      // The default reporter counts skipped tests without saying why.
      console.info(`skipped: ${whySkipped}`);
      return;
    }
    experiment = await makeExperiment(dataFolder);
    growing = await evaluate(experiment, 'growing');
    shrinking = await evaluate(experiment, 'shrinking');
  }, setUpTimeoutMs);

  beforeEach(({ skip }) => {
    skip(dataFolder === '', whySkipped);
  });

  afterAll(async () => {
    if (experiment !== undefined) await rm(experiment.folder, { recursive: true });
  });

  test('a classifier that learned from all questions is at least 10 points better than one from a tenth', () => {
    const full = accuracy(experiment, experiment.full);
    expect(full).toBeGreaterThan(0.75);
    expect(accuracy(experiment, experiment.tenth)).toBeLessThan(full - 0.1);
  });

  test('several hundred users asked, the busiest many times', () => {
    const counts = new Map<string, number>();
    for (const { user_id: user } of experiment.requests) counts.set(user, (counts.get(user) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(300);
    expect(Math.max(...counts.values())).toBeGreaterThan(10);
  });

  test('canary increases the better classifier', () => {
    expect(growing.output).toMatch(/^Verdict: INCREASE$/mu);
    expect(growing.evidence.verdict).toMatchObject({ decision: 'increase', exitCode: 0 });
    expect(growing.exitCode).toBe(0);
  });

  test('canary rolls back the worse classifier, because of its accuracy', () => {
    expect(shrinking.output).toMatch(/^Verdict: ROLLBACK$/mu);
    expect(shrinking.evidence.verdict).toMatchObject({ decision: 'rollback', exitCode: 4 });
    expect(shrinking.exitCode).toBe(4);
    const breached = shrinking.evidence.guardrails.filter(({ status }) => status === 'breach');
    expect(breached.map(({ metric }) => metric)).toEqual(['accuracy']);
  });

  test('every request of the log is judged', () => {
    const { requests } = experiment;
    const users = new Set(requests.map(({ user_id }) => user_id)).size;
    for (const { evidence } of [growing, shrinking]) {
      expect(evidence.cohorts).toContainEqual({ name: 'all', units: users, requests: requests.length });
    }
  });

  test("the evidence's accuracies are those of the models' own answers", () => {
    const [full, tenth] = [accuracy(experiment, experiment.full), accuracy(experiment, experiment.tenth)];
    const grown = pairedAccuracies(growing.evidence);
    expect(grown.baseline).toBeCloseTo(tenth, digits);
    expect(grown.candidate).toBeCloseTo(full, digits);
    expect(grown.delta).toBeCloseTo(full - tenth, digits);
    const shrunk = pairedAccuracies(shrinking.evidence);
    expect(shrunk.baseline).toBeCloseTo(full, digits);
    expect(shrunk.candidate).toBeCloseTo(tenth, digits);
    expect(shrunk.delta).toBeCloseTo(tenth - full, digits);
  });
});

/** Runs `canary evaluate` on a rollout's first stage, as a person would. */
async function evaluate(experiment: Experiment, rollout: Rollout): Promise<Run> {
  const child = spawn(process.execPath, [program, 'evaluate', planFile(experiment, rollout)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const [exitCode, output, diagnostics] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  if (exitCode !== 0 && exitCode !== 4) throw new Error(`canary exited ${exitCode}:\n${output}\n${diagnostics}`);
  const file = join(experiment.folder, `.canary/${rollout}/shadow/evidence.json`);
  return { exitCode, output, evidence: parseEvidence(await readFile(file, 'utf8'), file) };
}

/** Share of the log that the classifier answers rightly, without canary. */
function accuracy({ requests }: Experiment, classifier: Classifier): number {
  const answers = classifier.classify(requests.map(({ input }) => input));
  return requests.filter(({ label }, index) => label === answers[index]).length / requests.length;
}

/** Baseline's and candidate's accuracy over the whole log, as the evidence has them. */
function pairedAccuracies({ comparisons }: Evidence): ComparisonNumbers {
  const wanted = { metric: 'accuracy', comparison: 'paired', cohort: 'all', segment: null };
  const [comparison, ...others] = comparisons.filter(({ metric, comparison: kind, cohort, segment }) =>
    isDeepStrictEqual({ metric, comparison: kind, cohort, segment }, wanted),
  );
  if (comparison !== undefined && 'delta' in comparison && others.length === 0) return comparison;
  throw new Error('expected one paired comparison of accuracy');
}
