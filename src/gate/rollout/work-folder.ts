import { constants } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Evidence } from '../../domain/evidence.ts';
import { messageOf, systemErrorCode, unusableFile, UserError } from '../../domain/errors.ts';
import { trackedBelow } from '../../files/git-index.ts';
import { readTextFile } from '../../files/read-file.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { parseEvidence } from '../../report/document/parse-evidence.ts';
import { serializeEvidence } from '../../report/document/serialize-evidence.ts';
import { type Database, openDatabase } from '../../database/database.ts';
import type { World } from '../world.ts';

/** Where a stage's evidence lies. */
export interface EvidencePlace {
  /** The latest evidence, which `promote` reads. */
  readonly latest: string;
  /** Folder that keeps every look; absent where the user chose another file for the evidence. */
  readonly looks?: string;
}

/** Folder of everything that canary keeps: beside the plan, or where the user said. */
export function workFolder({ work }: Pick<World, 'work'>, planFolder: string): string {
  return work ?? join(planFolder, '.canary');
}

const scratchPrefix = 'canary-work-';

/**
 * The world with a work folder that can be written, for commands of which nothing has to be kept: where a checkout is read-only it is
 * a temporary one, which is told and which the next such command removes.
 * @throws UserError (exit 5) where git tracks a file of the folder, and where the folder that the user named, or a temporary one, cannot be written.
 */
export async function withScratch(world: World, planFolder: string): Promise<World> {
  const folder = workFolder(world, planFolder);
  requireOwn(folder);
  try {
    await makeWritable(folder);
    return world;
  } catch (error) {
    if (world.work !== undefined || !(error instanceof UserError)) throw error;
    await sweepAbandoned(tmpdir(), scratchPrefix);
    const work = join(tmpdir(), ownedName(scratchPrefix));
    await makeWritable(work);
    world.note(`${folder} cannot be written, so a temporary folder is used: ${work}`);
    return { ...world, permissions: world.permissions, trusted: world.trusted, work };
  }
}

/** `.canary/PLAN/STAGE/` beside the plan, or the file that the user named. */
export function evidencePlace(
  world: Pick<World, 'work' | 'cwd'>,
  planFolder: string,
  plan: string,
  stage: string,
  chosen: string | undefined,
): EvidencePlace {
  if (chosen !== undefined) return { latest: resolve(world.cwd, chosen) };
  const looks = join(workFolder(world, planFolder), plan, stage);
  return { latest: join(looks, 'evidence.json'), looks };
}

/** The stage's latest evidence; undefined before the first look. */
export async function readLatest(place: EvidencePlace): Promise<Evidence | undefined> {
  let text: string;
  try {
    text = await readTextFile(place.latest);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw unusableFile(`${place.latest} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return parseEvidence(text, place.latest);
}

/**
 * Refuses outcomes, looks and evidence that the checkout may have brought: whoever can propose a change could else write what
 * decides on it.
 * @throws UserError (exit 5) that names a file which git tracks
 */
export function requireOwn(path: string): void {
  const tracked = trackedIn(path);
  if (tracked === undefined) return;
  throw unusableFile(
    `${tracked} is tracked by git: canary trusts what is kept there only on the machine that wrote it`,
    {
      hint: `git rm -r --cached ${path}, and write .canary/ into .gitignore.`,
    },
  );
}

function trackedIn(path: string): string | undefined {
  try {
    return trackedBelow(path);
  } catch (error) {
    throw unusableFile(`It is not known whether git tracks ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Makes the folder and finds out whether it can be written, before an hour of replay is spent. @throws UserError (exit 5) also as `requireOwn` does */
export async function prepareFolder(folder: string): Promise<void> {
  requireOwn(folder);
  await makeWritable(folder);
}

async function makeWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw unusableFile(`${folder} cannot be written: ${messageOf(error)}`, {
      hint: 'Evidence and outcomes are kept there. Make it writable, or name another folder with --work DIR.',
      cause: error,
    });
  }
}

/** Writes the evidence as the latest and, where looks are kept, as its look. Each file is replaced whole or not at all. */
export async function writeEvidence(place: EvidencePlace, evidence: Evidence): Promise<void> {
  const text = serializeEvidence(evidence);
  const files = place.looks === undefined ? [] : [join(place.looks, `look-${evidence.stage.look}.json`)];
  try {
    await mkdir(dirname(place.latest), { recursive: true });
    for (const file of [...files, place.latest]) await replaceFile(file, text);
  } catch (error) {
    throw unusableFile(`The evidence cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** A killed evaluation leaves such a folder, which the next one in the same place removes. */
const spillPrefix = 'tmp-';

/**
 * Runs work on an empty database that spills into a folder of its own, which is gone afterwards. An interruption stops
 * the query that runs.
 */
export async function withDatabase<T>(world: World, folder: string, work: (db: Database) => Promise<T>): Promise<T> {
  await sweepAbandoned(folder, spillPrefix);
  const tempFolder = join(folder, ownedName(spillPrefix));
  await mkdir(tempFolder, { mode: 0o700 });
  try {
    return await withOpenDatabase(world, await openDatabase({ tempFolder }), work);
  } finally {
    // What was decided stands where the disk refuses to be tidied; the next command sweeps the folder.
    await rm(tempFolder, { recursive: true, force: true }).catch((error: unknown) =>
      world.note(`${tempFolder} cannot be removed: ${messageOf(error)}`),
    );
  }
}

async function withOpenDatabase<T>(world: World, db: Database, work: (db: Database) => Promise<T>): Promise<T> {
  const interrupt = () => db.interrupt();
  world.signal.addEventListener('abort', interrupt, { once: true });
  world.progress.begin();
  try {
    return await work(db);
  } finally {
    world.signal.removeEventListener('abort', interrupt);
    world.progress.finish();
    await db.close();
  }
}
