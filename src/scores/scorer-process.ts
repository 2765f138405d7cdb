import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ScorerSource } from '../domain/scores/score.ts';
import { type AnswerLine, LineProgram, readLine, shown } from '../models/command/line-program.ts';
import { type Permissions, programEnvironment } from '../models/host/permissions.ts';
import { moduleFlags } from '../models/host/sandbox.ts';

/** What a scorer says of one answer: numbers by their names, or why there are none. */
export type Scored =
  | { readonly scores: Readonly<Record<string, number>> }
  | { readonly error: string; readonly detail: string };

/** Enough for a program to import its libraries. */
const startTimeoutMs = 30_000;

/** Starts one process of a scorer. @throws UserError (exit 5) when there is no such program */
export async function startScorer(
  { kind, command, timeoutMs }: Pick<ScorerSource, 'kind' | 'command' | 'timeoutMs'>,
  folder: string,
  permissions: Permissions,
): Promise<LineProgram<Scored>> {
  const line = kind === 'module' ? moduleCommand(join(folder, command[0] ?? '')) : command;
  const asked = { command: line, folder, startTimeoutMs: Math.max(startTimeoutMs, timeoutMs), timeoutMs, byHand };
  return await LineProgram.start(asked, programEnvironment(permissions), { read: readScored, failure });
}

const byHand =
  'Try it by hand: a line {"id":"1","input":…,"prediction":…,"label":…} on its standard input must give one line {"id":"1","scores":{"NAME":0.8}}.';

/** A module is a program of one line; what it prints itself must not mix with its answers. */
const moduleProgram = `
  import { createInterface } from 'node:readline';
  console.log = console.error;
  const { score } = await import(process.argv[1]);
  if (typeof score !== 'function') throw new Error('it does not export score(record)');
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, ...record } = JSON.parse(line);
    const said = await Promise.resolve(record).then(score).then((scores) => ({ scores }), (error) => ({ error: String(error) }));
    process.stdout.write(JSON.stringify({ id, ...said }) + '\\n');
  }`;

function moduleCommand(file: string): readonly string[] {
  const flags = moduleFlags(dirname(file));
  return [process.execPath, ...flags, '--input-type=module', '-e', moduleProgram, pathToFileURL(file).href];
}

function failure(error: string, detail: string): Scored {
  return { error, detail };
}

/** Reads one line that a scorer printed: `{"id": …, "scores": {NAME: number}}` or `{"id": …, "error": …}`. */
export function readScored(line: string): AnswerLine<Scored> {
  const read = readLine(line);
  if ('problem' in read) return { kind: 'stray', problem: read.problem };
  return { kind: 'for', id: read.id, answer: scoredOf(read.said, line) };
}

function scoredOf(said: object, line: string): Scored {
  if ('error' in said && said.error !== null) {
    return failure('scorer-error', typeof said.error === 'string' ? said.error : JSON.stringify(said.error));
  }
  const scores = 'scores' in said ? said.scores : undefined;
  if (typeof scores !== 'object' || scores === null || Array.isArray(scores)) {
    return failure('bad-response', `${shown(line)} has neither scores nor an error`);
  }
  const entries = Object.entries(scores);
  const wrong = entries.find(([, score]) => typeof score !== 'number' || !Number.isFinite(score));
  if (wrong !== undefined) return failure('bad-response', `the score ${wrong[0]} of ${shown(line)} is not a number`);
  return { scores: Object.fromEntries(entries.map(([name, score]) => [name, Number(score)])) };
}
