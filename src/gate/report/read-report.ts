import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { invalidInput, messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { readTextFile } from '../../files/read-file.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { parseEvidence } from '../../report/document/parse-evidence.ts';
import type { Report } from '../../report/document/report.ts';
import { evidenceDigest } from '../../report/document/serialize-evidence.ts';
import type { World } from '../world.ts';

/** Evidence and the file that it was read from. */
interface ReadEvidence {
  readonly file: string;
  readonly evidence: Evidence;
}

/**
 * Reads what a report is made from: the latest of the looks that the files hold is reported, the others are its history. Where
 * one file is named, the looks that lie beside it belong to its history too.
 * @param plan the plan's file; where absent it is looked for where evidence usually lies.
 * @throws UserError (exit 5) for a file that is absent, cut, edited, or written by a newer version, (exit 2) for evidence of
 * different rollouts.
 */
export async function readReport(world: World, files: readonly string[], plan?: string): Promise<Report> {
  const named: ReadEvidence[] = [];
  for (const file of files) named.push({ file, evidence: await readSealed(resolve(world.cwd, file), file) });
  requireOneRollout(named);
  const subject = inOrder(named).at(-1);
  if (subject === undefined) throw new RangeError('a report is about at least one look');
  const others = named.length === 1 ? await looksBeside(world, subject) : named;
  const { file, evidence } = subject;
  return { evidence, looks: historyOf(evidence, others), planFile: plan ?? (await planFileOf(world, file, evidence)) };
}

/**
 * The report of a look that was just evaluated.
 * @param latest where its evidence was written, beside the looks before it.
 * @param planFile as the user named it.
 */
export async function reportOf(world: World, evidence: Evidence, latest: string, planFile: string): Promise<Report> {
  const beside = await looksBeside(world, { file: latest, evidence });
  return { evidence, looks: historyOf(evidence, beside), planFile };
}

async function readSealed(path: string, file: string): Promise<Evidence> {
  const evidence = parseEvidence(await readText(path, file), file);
  if (evidenceDigest(evidence) === evidence.digest) return evidence;
  throw unusableFile(`${file} cannot be reported: its digest does not match its content, so it was edited or cut`, {
    hint: 'Run canary evaluate again; evidence is not made to be edited.',
  });
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    const absent = systemErrorCode(error) === 'ENOENT';
    throw unusableFile(absent ? `${file} does not exist` : `${file} cannot be read: ${messageOf(error)}`, {
      hint: 'canary evaluate PLAN writes the evidence to .canary/PLAN/STAGE/evidence.json beside the plan.',
      cause: error,
    });
  }
}

function requireOneRollout(read: readonly ReadEvidence[]): void {
  const [subject, ...rest] = read.map((each) => ({ ...each, rollout: rolloutOf(each.evidence) }));
  const other = rest.find(({ rollout }) => rollout !== subject?.rollout);
  if (subject === undefined || other === undefined) return;
  throw invalidInput(
    `${subject.file} is about ${subject.rollout}, ${other.file} about ${other.rollout}: a report is about one rollout`,
    { hint: 'Name the looks at one rollout; run canary report once for each rollout.' },
  );
}

function rolloutOf({ plan, inputs }: Evidence): string {
  return `${plan.name} (${inputs.baseline.version} to ${inputs.candidate.version})`;
}

const lookFile = /^look-\d+\.json$/u;

/** Earlier looks in the evidence's own folder. One that cannot be read is told and left out: nobody named it. */
async function looksBeside(world: World, { file, evidence }: ReadEvidence): Promise<ReadEvidence[]> {
  const folder = dirname(resolve(world.cwd, file));
  const names = await readdir(folder).catch(() => []);
  const looks: ReadEvidence[] = [];
  for (const name of names.filter((each) => lookFile.test(each) && each !== basename(file))) {
    const look = join(dirname(file), name);
    try {
      looks.push({ file: look, evidence: await readSealed(join(folder, name), look) });
    } catch (error) {
      world.note(`The history leaves a look out: ${messageOf(error)}`);
    }
  }
  const isEarlier = (look: Evidence) =>
    rolloutOf(look) === rolloutOf(evidence) && look.stage.look < evidence.stage.look;
  return looks.filter((look) => isEarlier(look.evidence));
}

/** Each look once, the oldest first, and the one that is reported last. */
function historyOf(reported: Evidence, others: readonly ReadEvidence[]): Evidence[] {
  const earlier = inOrder(others).map(({ evidence }) => evidence);
  const once = new Map(earlier.map((look) => [look.digest, look]));
  once.delete(reported.digest);
  return [...once.values(), reported];
}

/** The oldest first. Times can be equal where SOURCE_DATE_EPOCH fixes them. */
function inOrder(looks: readonly ReadEvidence[]): ReadEvidence[] {
  return looks.toSorted(
    ({ evidence: a }, { evidence: b }) =>
      compare(a.createdAt, b.createdAt) ||
      a.rollout.entered.length - b.rollout.entered.length ||
      a.stage.look - b.stage.look,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The plan as somebody in this folder would name it: found from where evidence usually lies, or only its name. */
async function planFileOf({ cwd }: World, evidenceFile: string, { plan }: Evidence): Promise<string> {
  const name = plan.file ?? 'PLAN';
  const path = resolve(cwd, evidenceFile, '..', '..', '..', '..', name);
  const found = await stat(path).then(
    (file) => file.isFile(),
    () => false,
  );
  return found ? relative(cwd, path) : name;
}
