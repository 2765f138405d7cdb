import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Diagnostic, messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { mostTextBytes, readRegularFile } from '../../files/read-file.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { Golden, RolloutPlan } from '../../domain/plan.ts';
import type { GoldenFileFacts } from '../../domain/log/request-file-facts.ts';
import { type RequestFile, resolveRequestFiles } from '../../requests/files/request-files.ts';
import { workFolder, withDatabase } from '../rollout/work-folder.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { type GoldenReading, readGoldenRecords } from './golden-records.ts';
import { type GoldenRequest, resolveGolden } from './resolve-golden.ts';

/** A plan's golden requests, and the files that they are from. */
export interface GoldenSet {
  readonly files: readonly GoldenFileFacts[];
  readonly requests: readonly GoldenRequest[];
}

/** What reading golden requests needs of a rollout. */
export type RolloutWithGolden = Pick<Rollout, 'plan' | 'folder' | 'file' | 'baseline' | 'candidate'>;

/** Findings of one mistake in a thousand lines are not read; so many are told. */
const mostTold = 20;

/**
 * Reads the plan's golden requests, without any model. The work folder must be there.
 *
 * @returns undefined where the plan names none
 * @throws UserError (exit 5) with every line that is no golden request, by file and line, each id that is there twice, and a file
 * without any
 */
export async function readGolden(world: World, rollout: RolloutWithGolden): Promise<GoldenSet | undefined> {
  const { golden } = rollout.plan;
  if (golden === undefined) return undefined;
  const read: { readonly facts: GoldenFileFacts; readonly reading: GoldenReading }[] = [];
  for (const file of await goldenFiles(rollout, golden)) read.push(await readFileOf(rollout, file));
  const records = read.flatMap(({ reading }) => reading.records);
  const { requests, diagnostics } = await withDatabase(world, workFolder(world, rollout.folder), (db) =>
    resolveGolden(db, rollout, records),
  );
  const wrong = [...read.flatMap(({ reading }) => reading.diagnostics), ...diagnostics, ...repeated(requests)];
  if (wrong.length > 0) throw wrongRecords(wrong);
  const empty = read.find(({ facts }) => facts.requests === 0);
  if (empty !== undefined) {
    throw unusableFile(`${shownIn(rollout, empty.facts.path)} has no golden request`, {
      hint: 'write one JSON object per line with an id, an input and a label, or take the file out of golden:',
    });
  }
  return { files: read.map(({ facts }) => facts), requests };
}

/** The golden files as they are now. @throws UserError (exit 5) for a name that no file has */
export async function digestGolden({ folder, plan }: Pick<Rollout, 'folder' | 'plan'>) {
  const files = await resolveRequestFiles(folder, plan.golden?.source ?? [], 'golden');
  return await Promise.all(files.map(async (file) => ({ path: file.path, ...digestOf(await bytesOf(file)) })));
}

async function goldenFiles(rollout: RolloutWithGolden, { source }: Golden): Promise<readonly RequestFile[]> {
  const files = await resolveRequestFiles(rollout.folder, source, 'golden');
  const other = files.find(({ path }) => !/\.(?:jsonl|ndjson|json)$/iu.test(path));
  if (other === undefined) return files;
  throw unusableFile(`${shownIn(rollout, other.path)} is not a file of golden requests`, {
    hint: 'write them as JSON lines, in a file whose name ends in .jsonl',
  });
}

/** @throws UserError (exit 5) for a file that cannot be read whole */
async function bytesOf({ path, absolutePath }: RequestFile): Promise<Buffer> {
  try {
    return await readRegularFile(absolutePath, mostTextBytes);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw unusableFile(`golden: ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function readFileOf(rollout: RolloutWithGolden, file: RequestFile) {
  const { plan, candidate } = rollout;
  const { path } = file;
  const bytes = await bytesOf(file);
  const reading = readGoldenRecords(shownIn(rollout, path), bytes.toString('utf8'), {
    fields: fieldsOf(plan),
    version: candidate.version,
    output: candidate.entry.signature.output,
  });
  return { facts: { path, ...digestOf(bytes), requests: reading.records.length }, reading };
}

/** Golden requests are records of canary's own, whatever system wrote the log. */
function fieldsOf({ requests: { format, fields } }: RolloutPlan) {
  return format === 'canary' ? fields : logFormatTraits.canary.fields;
}

function digestOf(bytes: Uint8Array): { readonly bytes: number; readonly sha256: string } {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** As a person in the folder that the plan was named from would name it. */
function shownIn({ file }: Pick<Rollout, 'file'>, path: string): string {
  return join(dirname(file), path);
}

function repeated(requests: readonly GoldenRequest[]): readonly Diagnostic[] {
  const first = new Map<string, GoldenRequest>();
  return requests.flatMap((request): Diagnostic[] => {
    const { id, file, line } = request;
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, request);
      return [];
    }
    const message = `the id ${JSON.stringify(id)} is also that of ${before.file}:${before.line}`;
    const hint = 'give each golden request its own id';
    return [{ severity: 'error', rule: 'golden', file, line, message, hint }];
  });
}

/** @param found in reading order, apart from what only another line shows */
function wrongRecords(found: readonly Diagnostic[]): Error {
  const left = found.length - mostTold;
  return unusableFile(`The golden requests cannot be used: ${countOf(found.length, 'line is', 'lines are')} wrong`, {
    diagnostics: found.slice(0, mostTold),
    ...(left > 0
      ? { hint: `The first ${mostTold} are above; ${formatCount(left)} more may be like these or not.` }
      : {}),
  });
}
