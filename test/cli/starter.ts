import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { ModelRegistry } from '../../src/domain/registry.ts';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { run, temporaryFolder, type Run, type RunOptions } from './harness.ts';
import { madeOnce } from './made-once.ts';

/** The names of what `canary init` writes. */
export const plan = 'rollout.yaml';
export const log = 'requests.jsonl';
export const registryFile = 'registry/intent-classifier.json';
export const planName = 'intent-classifier-1.1.0';
export const baseline = '1.0.0';
export const candidate = '1.1.0';

/** What a version did with a recorded request. JSON has no NaN, so a damaged number is a string. */
export interface RecordedOutcome {
  readonly latency_ms?: number | string | undefined;
  readonly prediction?: string;
  readonly error?: string;
}

export interface StarterRecord {
  readonly request_id: string;
  readonly timestamp: string;
  readonly user_id: string;
  readonly context: { readonly locale: string };
  readonly label: string;
  readonly outcomes: Readonly<Record<string, RecordedOutcome>>;
}

/**
 * How far the starter's rollout is: as `canary init` writes it, evaluated once with the verdict increase, evaluated once with
 * the verdict hold, with its candidate at 10%, or with its candidate stable. The last two judge everybody at each stage.
 */
export type StarterState = 'new' | 'evaluated' | 'held' | 'at ten percent' | 'stable';

/**
 * What `canary init` writes, in a folder of its own: a plan, its log of recorded outcomes and its registry. As it is, its
 * first stage may begin; each test breaks the one thing that it is about.
 */
export async function starter(state: StarterState = 'new'): Promise<string> {
  const folder = temporaryFolder();
  cpSync(await folderOf(state), folder, { recursive: true });
  return folder;
}

const folderOf = (state: StarterState): Promise<string> =>
  madeOnce(state.replaceAll(' ', '-'), (folder) => make(state, folder));

async function make(state: StarterState, folder: string): Promise<void> {
  if (state === 'new') {
    const { exitCode, stderr } = await run(['init', folder]);
    if (exitCode !== 0) throw new Error(`canary init failed: ${stderr}`);
    return;
  }
  cpSync(await folderOf(state === 'stable' ? 'at ten percent' : 'new'), folder, { recursive: true });
  if (state === 'evaluated') await evaluate(folder);
  else if (state === 'held') {
    askForMore(folder);
    expect((await evaluate(folder)).exitCode).toBe(3);
  } else {
    if (state === 'at ten percent') judgeAll(folder);
    await enterTwoStages(folder);
    expect(registryOf(folder).traffic[candidate]).toBe(state === 'stable' ? 1 : 0.1);
  }
}

async function enterTwoStages(folder: string): Promise<void> {
  for (let stage = 0; stage < 2; stage += 1) {
    await evaluate(folder);
    expect((await promote(folder)).exitCode).toBe(0);
  }
}

/** Changes a file of a scenario. A change that changes nothing is a mistake of the test. */
export function edit(folder: string, file: string, change: (text: string) => string): void {
  const before = readFileSync(join(folder, file), 'utf8');
  const after = change(before);
  expect(after, `the change of ${file}`).not.toBe(before);
  writeFileSync(join(folder, file), after);
}

/** Changes the log record by record; a record that becomes undefined is left out. */
export function editRecords(
  folder: string,
  change: (record: StarterRecord, index: number) => object | undefined,
): void {
  edit(folder, log, (text) => {
    const records = linesOf(text).map((line, index) => change(JSON.parse(line), index));
    return records.flatMap((record) => (record === undefined ? [] : `${JSON.stringify(record)}\n`)).join('');
  });
}

/** Changes what the candidate did with each request. */
export function editCandidate(
  folder: string,
  change: (outcome: RecordedOutcome, index: number) => RecordedOutcome,
): void {
  editRecords(folder, (record, index) => {
    const outcome = record.outcomes[candidate] ?? {};
    return { ...record, outcomes: { ...record.outcomes, [candidate]: change(outcome, index) } };
  });
}

export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The starter's plan judged on everybody at each stage, so that the small log is enough for all of them. */
export function judgeAll(folder: string): void {
  edit(folder, plan, (text) => `${text}judge: all\n`);
}

/** The starter's plan with a first stage that its log is too small for. */
export function askForMore(folder: string): void {
  edit(folder, plan, (text) => text.replace('minRequests: 1000', 'minRequests: 9000'));
}

export interface Evaluated extends Run {
  readonly evidence: Evidence;
}

/** Evaluates the plan, which must give a verdict, and reads the evidence that it prints. */
export async function evaluate(
  folder: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Evaluated> {
  const result = await run(['evaluate', plan, '--format', 'json', ...args], { cwd: folder, ...options });
  if (result.stdout === '') throw new Error(`canary evaluate printed no evidence: ${result.stderr}`);
  return { ...result, evidence: parseEvidence(result.stdout, 'standard output') };
}

/** The guardrails' statuses, by metric and kind of bound. */
export function statusesOf({ guardrails }: Evidence): Record<string, string> {
  return Object.fromEntries(guardrails.map(({ metric, bound, status }) => [`${metric} ${bound.kind}`, status]));
}

/** Promotes the plan's next stage. */
export function promote(folder: string, ...args: string[]): Promise<Run> {
  return run(['promote', plan, ...args], { cwd: folder });
}

/** What `canary status` prints for programs. */
export async function statusOf(folder: string): Promise<unknown> {
  const { exitCode, stdout } = await run(['status', plan, '--format', 'json'], { cwd: folder });
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

export function registryOf(folder: string): ModelRegistry {
  const path = join(folder, registryFile);
  return parseRegistry(readFileSync(path, 'utf8'), path);
}
