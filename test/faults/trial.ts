import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { type Ended, type Fault, runFaulted } from './injected.ts';

/** A command, and the folder in which it is run. */
export interface FaultedCommand {
  readonly name: string;
  readonly args: readonly string[];
  /** Folder that each run gets a copy of. */
  readonly template: string;
  /** What the command writes, in the folder: each file is whole or as before, and the first is what it is about. */
  readonly results: readonly [string, ...string[]];
  /** The registry's file, in the folder. */
  readonly registry: string;
  /** Whether models compute in it. */
  readonly replays: boolean;
}

/** What a command does where nothing goes wrong: what its results are before it, after it, and after it was run twice. */
export interface Reference {
  readonly states: readonly [State, State, State];
  readonly exitCodes: readonly [number, number];
  /** How long it takes. */
  readonly ms: number;
}

type State = Readonly<Record<string, string | null>>;

export interface Trial {
  /** `killed`, or the exit code. */
  readonly ended: string;
  /** What was not as it has to be; empty where all was. */
  readonly problems: readonly string[];
}

/** Exit codes of which a pipeline may read a verdict. */
const verdicts = new Set([0, 3, 4]);

/** Runs a command twice undisturbed. */
export async function referenceOf(command: FaultedCommand): Promise<Reference> {
  return await inCopy(command, async (folder) => {
    const before = stateOf(command, folder);
    const start = performance.now();
    const first = await runFaulted(folder, command.args);
    const ms = performance.now() - start;
    const once = stateOf(command, folder);
    const second = await runFaulted(folder, command.args);
    const [codes, states] = [
      [first.exitCode, second.exitCode],
      [before, once, stateOf(command, folder)],
    ] as const;
    const [one, two] = codes;
    if (one === null || two === null || !verdicts.has(one)) throw new Error(`${command.name} fails: ${first.stderr}`);
    return { states, exitCodes: [one, two], ms };
  });
}

/**
 * Runs a command with one fault after the other, looks at what each leaves, and runs it with none as soon as a fault left a
 * change, or after the last: what was killed some times in a row must still work.
 *
 * What has to hold: the registry can be read and is as before or as after the whole change; evidence is whole or absent; the
 * exit code is that of the printed verdict and never that of a bug; who is told of success finds the result, and who is told
 * of none finds things as they were; the next run does what it would have done; no process and no temporary file is left.
 *
 * @returns one for each fault that was tried, at least one and in their order
 */
export async function trials(
  command: FaultedCommand,
  reference: Reference,
  faults: readonly Fault[],
): Promise<readonly Trial[]> {
  return await inCopy(command, async (folder) => {
    const tried: { ended: string; problems: string[] }[] = [];
    let reached = 0;
    for (const fault of faults) {
      const ended = await runFaulted(folder, command.args, fault);
      const problems: string[] = [];
      if (!(await allEnded(folder))) problems.push('a process is left');
      reached = stepOf(command, reference, folder, problems);
      problems.push(...damaged(command, folder), ...lies(ended, command, reference, reached, fault));
      tried.push({ ended: ended.signal === null ? String(ended.exitCode) : 'killed', problems });
      if (reached !== 0 || problems.length > 0) break;
    }
    const last = tried.at(-1)?.problems ?? [];
    last.push(...(await afterwards(command, reference, reached, folder)));
    return tried.map(({ ended, problems }) => ({ ended, problems: [...new Set(problems)] }));
  });
}

/** What is wrong with the next run, and what is left after it. */
async function afterwards(
  command: FaultedCommand,
  reference: Reference,
  reached: number,
  folder: string,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const next = await runFaulted(folder, command.args);
  const wanted = reference.exitCodes[reached === 1 ? 1 : 0];
  if (next.exitCode !== wanted) problems.push(`the next run exits ${next.exitCode}, not ${wanted}: ${next.stderr}`);
  else if (stepOf(command, reference, folder, problems) === 0) problems.push('the next run did nothing');
  if (leftovers(folder).length > 0) await writeAnew(command, folder);
  return [...problems, ...damaged(command, folder), ...leftovers(folder)];
}

/** How often the whole command seems to have been done, by the file that it is about; problems where it is something else. */
function stepOf(command: FaultedCommand, { states }: Reference, folder: string, problems: string[]): number {
  const now = stateOf(command, folder);
  for (const file of command.results) {
    if (states.every((state) => state[file] !== now[file])) problems.push(`${file} is neither as before nor as after`);
  }
  const [main] = command.results;
  return states.findIndex((state) => state[main] === now[main]);
}

function stateOf({ results }: FaultedCommand, folder: string): State {
  return Object.fromEntries(results.map((file) => [file, textOf(join(folder, file))]));
}

function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** Files that nobody could read any more. */
function damaged({ registry }: FaultedCommand, folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const evidence = paths.filter((path) => /(?:^|\/)(?:evidence|look-\d+)\.json$/u.test(path));
  return [
    ...evidence.flatMap((path) => problemOf(path, () => parseEvidence(textOf(join(folder, path)) ?? '', path))),
    ...problemOf(
      registry,
      () => existsSync(join(folder, registry)) && parseRegistry(textOf(join(folder, registry)) ?? '', registry),
    ),
  ];
}

function problemOf(path: string, read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [`${path} is damaged: ${String(error)}`];
  }
}

/** What the command said that is not so. */
function lies(
  { exitCode, signal, stdout, stderr }: Ended,
  { args, results }: FaultedCommand,
  reference: Reference,
  reached: number,
  fault: Fault,
): string[] {
  // What Node does where it has no memory left, and DuckDB where it cannot open a file again that it has read before.
  const gaveUp = fault.kind === 'memory' || (fault.kind === 'EMFILE' && stderr.includes('duckdb::'));
  if (signal === 'SIGABRT' && gaveUp) return [];
  if (signal !== null) return signal === 'SIGKILL' ? [] : [`it was ended by ${signal}: ${stderr}`];
  if (exitCode === null || ![0, 2, 3, 4, 5].includes(exitCode)) return [`exit ${exitCode}: ${stderr}`];
  if (!verdicts.has(exitCode)) {
    return reached === 0 ? [] : [`exit ${exitCode}, but ${results[0]} has changed: ${stderr}`];
  }
  const problems = [];
  if (exitCode !== reference.exitCodes[0]) problems.push(`exit ${exitCode} instead of ${reference.exitCodes[0]}`);
  if (reached !== 1) problems.push(`exit ${exitCode}, but ${results[0]} has not changed`);
  if (args.includes('json') && parseEvidence(stdout, 'standard output').verdict.exitCode !== exitCode) {
    problems.push(`exit ${exitCode} is not that of the printed verdict`);
  }
  return problems;
}

/** What lies beside a registry is the next writer's to remove, and the next run may have had nothing to write. */
async function writeAnew({ registry }: FaultedCommand, folder: string): Promise<void> {
  await runFaulted(folder, ['registry', 'changelog', dirname(registry), basename(registry, '.json')]);
}

/** Temporary files, spill folders and locks. */
function leftovers(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => /^tmp-|\.tmp$|\.lock(?:\.|$)/u.test(basename(path)))
    .map((path) => `${path.replaceAll(/\d+-[\da-f-]+/gu, '…')} is left`);
}

/** Time in which the processes of a killed command have to notice. */
const noticeMs = 8000;

async function allEnded(folder: string): Promise<boolean> {
  const deadline = performance.now() + noticeMs;
  while (processesIn(folder) > 0) {
    if (performance.now() > deadline) return false;
    await wait(50);
  }
  return true;
}

function processesIn(folder: string): number {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name) && worksIn(name, folder)).length;
}

function worksIn(process: string, folder: string): boolean {
  try {
    const place = readlinkSync(`/proc/${process}/cwd`);
    return place === folder || place.startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

async function inCopy<T>({ template }: FaultedCommand, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'canary-fault-')));
  try {
    cpSync(template, folder, { recursive: true });
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
