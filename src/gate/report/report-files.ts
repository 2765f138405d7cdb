import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { closestTo } from '../../domain/did-you-mean.ts';
import { invalidInput, messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { knownExtensions, reportFormats } from '../../report/exports/report-formats.ts';
import type { FleetEntry } from '../../report/document/fleet.ts';
import type { Report } from '../../report/document/report.ts';
import { isObjectSource, type StorageSettings } from '../../domain/remote/storage.ts';
import { writeText } from '../sources/objects.ts';
import type { World } from '../world.ts';

/** A report file that was asked for. */
export interface ReportFile {
  /** As the user wrote it. */
  readonly file: string;
  readonly path: string;
  /** A key of `reportFormats`. */
  readonly extension: string;
  /** Writes it whole or not at all. */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Finds out what each file is to hold and whether it can be written, before an hour of replay is spent.
 * @throws UserError (exit 2) for a name whose extension says nothing or that comes twice, (exit 5) for a place that cannot be written.
 */
export async function reportFiles(
  world: World,
  files: readonly string[],
  storage?: StorageSettings,
): Promise<readonly ReportFile[]> {
  const wanted = files.map((file): ReportFile => {
    const extension = extensionOf(file);
    if (isObjectSource(file)) {
      return { file, path: file, extension, write: (text) => writeText(world, file, text, storage) };
    }
    const path = resolve(world.cwd, file);
    return { file, path, extension, write: (text) => writeFile(file, path, text) };
  });
  const twice = wanted.find(({ path }, index) => wanted.findIndex((other) => other.path === path) !== index);
  if (twice !== undefined) throw invalidInput(`${twice.file} is named twice as a report`);
  for (const report of wanted.filter(({ file }) => !isObjectSource(file))) await requireWritable(report);
  return wanted;
}

/** Writes the reports: all are rendered before the first is written, and each file is replaced whole or not at all. */
export async function writeReports(files: readonly ReportFile[], report: Report): Promise<void> {
  await writeRendered(files, (extension) => renderReport(extension, report));
}

/** Writes reports about several plans, each of which lists all of them. */
export async function writeFleetReports(files: readonly ReportFile[], entries: readonly FleetEntry[]): Promise<void> {
  if (files.length === 0) return;
  const { fleetFormats } = await import('../../report/exports/fleet.ts');
  await writeRendered(files, async (extension) => {
    const render = fleetFormats[extension];
    if (render === undefined) throw new RangeError(`several plans cannot be reported with the extension ${extension}`);
    return await render(entries);
  });
}

async function writeRendered(
  files: readonly ReportFile[],
  render: (extension: string) => Promise<string>,
): Promise<void> {
  const rendered: (readonly [ReportFile, string])[] = [];
  for (const file of files) rendered.push([file, await render(file.extension)]);
  for (const [{ write }, text] of rendered) await write(text);
}

async function writeFile(file: string, path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, text);
  } catch (error) {
    throw cannotBeWritten(file, error);
  }
}

/** A report as text. @param extension a key of `reportFormats`. */
export async function renderReport(extension: string, report: Report): Promise<string> {
  const format = reportFormats[extension];
  if (format === undefined) throw new RangeError(`there is no report with the extension ${extension}`);
  const render = await format.load();
  return await render(report);
}

function extensionOf(file: string): string {
  const name = basename(file).toLowerCase();
  const two = Object.keys(reportFormats).find((each) => each.includes('.') && name.endsWith(`.${each}`));
  const extension = two ?? extname(name).slice(1);
  if (Object.hasOwn(reportFormats, extension)) return extension;
  const meant = closestTo(extension, Object.keys(reportFormats));
  const problem = extension === '' ? 'has no extension' : `has the unknown extension .${extension}`;
  throw invalidInput(`${file} ${problem}, so it is not clear what it should hold`, {
    hint: `${meant === undefined ? '' : `Did you mean .${meant}? `}A report ends in ${knownExtensions}.`,
  });
}

/** The file may be made, or replaced: its nearest folder that exists must take new files. */
async function requireWritable({ file, path }: Pick<ReportFile, 'file' | 'path'>): Promise<void> {
  if ((await kindOf(path)) === 'folder') throw unusableFile(`${file} cannot be written: it is a folder`);
  let folder = dirname(path);
  while ((await kindOf(folder)) === 'absent' && dirname(folder) !== folder) folder = dirname(folder);
  try {
    if ((await kindOf(folder)) !== 'folder') throw new Error(`${folder} is not a folder`);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw cannotBeWritten(file, error);
  }
}

async function kindOf(path: string): Promise<'folder' | 'other' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'absent';
    // What stands in the way is told by the attempt to write there.
    return 'other';
  }
}

function cannotBeWritten(file: string, cause: unknown): Error {
  return unusableFile(`${file} cannot be written: ${messageOf(cause)}`, {
    hint: 'Name a file in a folder that can be written.',
    cause,
  });
}
