import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Diagnostic, messageOf, systemErrorCode, unusableFile, type UserError } from '../../domain/errors.ts';
import { mostTextBytes, readRegularFile } from '../../files/read-file.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { planOfStage } from '../../domain/judged.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { sourcedMetric } from '../../domain/statistics/bounded-metric.ts';
import type { Role } from '../../domain/role.ts';
import type { RoleNumber, UntoldNumber } from '../../metrics/role-number.ts';
import { readToldNumbers } from '../../plan/read/told-numbers.ts';
import { csvTree } from '../../documents/csv-tree.ts';
import { type Finding, located } from '../../documents/findings.ts';
import { metricKey } from '../../plan/read/guardrails.ts';
import { sourceText } from '../../documents/source-text.ts';
import { nodeAt, type TreeNode, type TreePath } from '../../documents/tree.ts';
import { parseYaml } from '../../documents/yaml-tree.ts';
import { invalidPlan } from '../rollout/load-plan.ts';
import { placeOfRequests, type Rollout } from '../rollout/rollout.ts';
import { type AnswerFile, numbersOfAnswers } from './answer-numbers.ts';
import { parseAnswers } from './cloudwatch-answers.ts';

/** The numbers of a stage, and the files that they are from. */
export interface ToldStage {
  readonly numbers: readonly RoleNumber[];
  /** None where the plan holds the numbers itself. */
  readonly files: readonly RequestFileFacts[];
  /** Of a metrics server: numbers that it should have told, and why it did not. */
  readonly untold?: readonly UntoldNumber[];
  /** The time that the numbers are about, where they tell it (ISO 8601). */
  readonly window?: { readonly from: string; readonly to: string };
  /** What is asked of the numbers beside what is asked of all. */
  readonly checks?: readonly CheckResult[];
  /** Why they do not go on from those of the last look. */
  readonly lost?: string;
}

/**
 * Reads the numbers that a stage is judged on: its own files where it names some, else the plan's numbers or files.
 * @throws UserError with every wrong number, located (exit 5; exit 2 where the plan holds them).
 */
export async function readToldStage(rollout: Rollout, stage: Stage): Promise<ToldStage> {
  const { folder, parsed, file } = rollout;
  const plan = planOfStage(rollout.plan, stage);
  if (plan.requests.numbers !== undefined) {
    const path = placeOfRequests(rollout, stage, 'numbers');
    const { numbers, findings } = readWithRoles(rollout, nodeAt(parsed.positions, path), path);
    if (findings.length > 0) throw invalidPlan(file, located(parsed.positions, findings));
    return { numbers, files: [] };
  }
  if (plan.requests.cloudwatch !== undefined) return await readAnswers(rollout, plan);
  const read: FileNumbers[] = [];
  for (const source of plan.requests.source) read.push(await readNumbersFile(rollout, folder, source));
  const diagnostics = read.flatMap((each) => each.diagnostics);
  if (diagnostics.some(({ severity }) => severity === 'error')) throw wrongNumbers(read);
  requireToldOnce(read);
  return { numbers: read.flatMap(({ numbers }) => numbers), files: read.map(({ facts }) => facts) };
}

/** @throws UserError (exit 5) for a file that is not an answer of CloudWatch, or lacks what the plan names */
async function readAnswers({ folder }: Rollout, plan: RolloutPlan): Promise<ToldStage> {
  const files: (AnswerFile & { readonly facts: RequestFileFacts })[] = [];
  for (const source of plan.requests.source) {
    const path = resolve(folder, source);
    const bytes = await bytesOf(path, source, /\.json$/iu);
    const answers = parseAnswers(source, bytes.toString('utf8'));
    files.push({ source, answers, facts: factsOf(folder, path, bytes, answers.results.length) });
  }
  return { ...numbersOfAnswers(plan, files), files: files.map(({ facts }) => facts) };
}

interface FileNumbers {
  readonly source: string;
  readonly numbers: readonly RoleNumber[];
  readonly facts: RequestFileFacts;
  readonly diagnostics: readonly Diagnostic[];
}

async function readNumbersFile(rollout: Rollout, folder: string, source: string): Promise<FileNumbers> {
  const path = resolve(folder, source);
  const bytes = await bytesOf(path, source);
  // As a person in the same folder would name it.
  const shown = isAbsolute(source) ? source : join(dirname(rollout.file), source);
  const { root, diagnostics } = treeOf(shown, bytes.toString('utf8'));
  const { numbers, findings } = root === undefined ? nothing : readWithRoles(rollout, root, []);
  const found = root === undefined ? [] : located(root, findings);
  const facts = factsOf(folder, path, bytes, numbers.length);
  return { source, numbers, facts, diagnostics: [...diagnostics, ...withoutRepeats(found)] };
}

function factsOf(folder: string, path: string, bytes: Buffer, rows: number): RequestFileFacts {
  return {
    path: relative(folder, path).split(sep).join('/'),
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    rows,
    rejected: {},
    collapsed: 0,
  };
}

async function bytesOf(path: string, source: string, named = /\.(?:ya?ml|json|csv|tsv)$/iu): Promise<Buffer> {
  if (!named.test(source)) {
    throw unusableFile(`${source}: not a file of numbers`, {
      hint: 'its name must end in .yaml, .json or .csv; for a log of requests leave out format: aggregates',
    });
  }
  try {
    return await readRegularFile(path, mostTextBytes);
  } catch (error) {
    const absent = systemErrorCode(error) === 'ENOENT';
    throw unusableFile(`${source}: ${absent ? 'there is no such file' : `cannot be read: ${messageOf(error)}`}`, {
      hint: 'requests.source is relative to the plan; with format: aggregates it names files, not patterns',
      cause: error,
    });
  }
}

function treeOf(file: string, text: string): { root: TreeNode | undefined; diagnostics: readonly Diagnostic[] } {
  const source = sourceText(file, text);
  if (/\.[ct]sv$/iu.test(file)) return { root: csvTree(source, ['metric', 'version', 'segment']), diagnostics: [] };
  return parseYaml(source);
}

interface RoleNumbers {
  readonly numbers: readonly RoleNumber[];
  readonly findings: readonly Finding[];
}

const nothing: RoleNumbers = { numbers: [], findings: [] };

/** Reads numbers and finds out which of the two versions each is about. */
function readWithRoles(rollout: Rollout, list: TreeNode | undefined, path: TreePath): RoleNumbers {
  const roles = namesOfRoles(rollout);
  const { numbers, findings } = readToldNumbers(list, path, roles);
  const withRole = numbers.flatMap((number) => {
    const role = roles.get(number.version);
    const metric = sourcedMetric(number.metric, rollout.plan.requests.name);
    return role === undefined ? [] : [{ ...number, metric, role }];
  });
  return { numbers: withRole, findings };
}

/** Every name of one of the two versions. */
export function namesOfRoles({ parsed, registry, baseline, candidate }: Rollout): ReadonlyMap<string, Role> {
  const aliases = (version: string) =>
    Object.keys(registry.aliases).filter((alias) => registry.aliases[alias] === version);
  const names = new Map<string, Role>([
    ['baseline', 'baseline'],
    ['candidate', 'candidate'],
  ]);
  // What the plan calls a version is that version, also once the alias has moved on.
  const own = [
    [parsed.plan.baseline, 'baseline'],
    [baseline.version, 'baseline'],
    [parsed.plan.candidate, 'candidate'],
    [candidate.version, 'candidate'],
    ...aliases(baseline.version).map((alias) => [alias, 'baseline'] as const),
    ...aliases(candidate.version).map((alias) => [alias, 'candidate'] as const),
  ] as const;
  for (const [name, role] of own) if (!names.has(name)) names.set(name, role);
  return names;
}

/** What is wrong with a column is wrong in every row, and told once. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const placed = new Map(diagnostics.map((found) => [`${found.line}:${found.column}:${found.message}`, found]));
  return [...placed.values()];
}

/** @throws UserError (exit 5) where two files tell the same number, and nobody knows which is right. */
function requireToldOnce(files: readonly FileNumbers[]): void {
  const seen = new Map<string, string>();
  for (const { source, numbers } of files) {
    for (const { metric, role, segment } of numbers) {
      const identity = JSON.stringify([metricKey(metric), role, segment]);
      const earlier = seen.get(identity) ?? source;
      seen.set(identity, earlier);
      if (earlier === source) continue;
      throw unusableFile(`${source}: ${metric.id} of the ${role} is also given in ${earlier}`, {
        hint: 'keep one of the two',
      });
    }
  }
}

function wrongNumbers(files: readonly FileNumbers[]): UserError {
  const diagnostics = files.flatMap((file) => file.diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const names = files.filter((file) => file.diagnostics.length > 0).map(({ source }) => source);
  const count = `${errors} ${errors === 1 ? 'error' : 'errors'}`;
  return unusableFile(`${names.join(', ')}: the numbers cannot be used: ${count}`, { diagnostics });
}
