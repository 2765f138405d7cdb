import { createHash } from 'node:crypto';
import { messageOf, UserError } from '../../../domain/errors.ts';
import { didYouMean } from '../../../domain/did-you-mean.ts';
import { type Score, type ScorerSource, type ScoreSource, usableScores } from '../../../domain/scores/score.ts';
import type { Finding } from '../../../documents/findings.ts';
import {
  child,
  choiceOf,
  nodeAt,
  numberOf,
  plainValue,
  textOf,
  textsOf,
  type TreeNode,
  type TreePath,
} from '../../../documents/tree.ts';
import { readDuration, shown } from '../quantity.ts';
import { known, readAt, type SectionReading } from '../section.ts';

/** Reads a file beside the plan, by its path from the plan's folder. @throws UserError */
type ReadFile = (pathFromPlanFolder: string) => string;

/** The plan's scores by their names. */
export type Scores = ReadonlyMap<string, Score>;

const rule = 'invalid-score';
const usualTimeout = '30s';
const ways = ['from', 'command', 'module', 'use'] as const;

/**
 * Reads `scores`: where a number per answer comes from, the range that it has, and which end of it is better.
 * @param readFile reads a file beside the plan. @throws what it throws that is no UserError
 */
export function readScores(root: TreeNode, readFile: ReadFile): SectionReading<Scores> {
  const node = nodeAt(root, ['scores']);
  const read = [...(node?.kind === 'map' ? node.entries.keys() : [])].map(
    (name) => [name, readScore(root, name, readFile)] as const,
  );
  return {
    value: new Map(read.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value] as const]))),
    findings: read.flatMap(([, { findings }]) => findings),
  };
}

function readScore(root: TreeNode, name: string, readFile: ReadFile): SectionReading<Score | undefined> {
  const path = ['scores', name];
  const node = nodeAt(root, path);
  const written = ways.filter((way) => child(node, way) !== undefined);
  if (written.length !== 1) {
    const message = `scores.${name} ${written.length === 0 ? 'does not say where it comes from' : `says ${written.join(' and ')}`}`;
    const hint = 'write one of from: log, command: [PROGRAM, ARGUMENT], module: score.mjs or use: rouge_l';
    return { value: undefined, findings: [{ path, at: 'key', rule, message, hint }] };
  }
  const source = readSource(root, path, readFile);
  const isShare = source.value !== undefined && hasOwnRange(source.value);
  const range = readRange(node, path, isShare);
  const better = choiceOf(child(node, 'better'), ['higher', 'lower']) ?? ownDirection(source.value);
  const truth = textOf(child(node, 'truth'));
  const corrected = plainAt(node, 'corrected') === true;
  const findings = [
    ...source.findings,
    ...range.findings,
    ...(better === undefined && source.value !== undefined ? [noDirection(name, path)] : []),
    ...(corrected && truth === undefined ? [noTruth(path)] : []),
  ];
  if (source.value === undefined || range.value === undefined || better === undefined || findings.length > 0) {
    return { value: undefined, findings };
  }
  const value: Score = {
    name,
    source: source.value,
    range: range.value,
    better,
    ...known({ judge: textOf(child(node, 'judge')), truth }),
    ...(corrected ? { corrected: true } : {}),
    ...(plainAt(node, 'blind') === false ? { blind: false } : {}),
  };
  return { value, findings };
}

function plainAt(node: TreeNode | undefined, key: string): unknown {
  const found = child(node, key);
  return found === undefined ? undefined : plainValue(found);
}

/** Shares of 0 and 1, or numbers between them, whatever the plan says. */
function hasOwnRange(source: ScoreSource): boolean {
  return source.kind === 'pairwise' || (source.kind === 'built-in' && source.use !== 'length');
}

function ownDirection(source: ScoreSource | undefined): 'higher' | 'lower' | undefined {
  if (source === undefined || !hasOwnRange(source)) return undefined;
  return source.kind === 'built-in' && source.use === 'refusal' ? 'lower' : 'higher';
}

function noDirection(name: string, path: TreePath): Finding {
  const hint = 'write better: higher or better: lower, so no guardrail can bound the wrong end';
  return { path, at: 'key', rule, message: `scores.${name} does not say which end of its range is better`, hint };
}

function noTruth(path: TreePath): Finding {
  const hint = 'write truth: NAME, the score in the log that people gave to some of the answers';
  return {
    path: [...path, 'corrected'],
    rule,
    message: 'corrected: nothing says what the judge is compared with',
    hint,
  };
}

function readRange(
  node: TreeNode | undefined,
  path: TreePath,
  isShare: boolean,
): SectionReading<Score['range'] | undefined> {
  const found = child(node, 'range');
  if (found === undefined && isShare) return { value: [0, 1], findings: [] };
  const name = String(path.at(-1));
  const hint = 'write the least and the largest value that it can have, such as range: [0, 1]';
  if (found === undefined) {
    const message = `scores.${name} has no range, and an unbounded number has no honest interval`;
    return { value: undefined, findings: [{ path, at: 'key', rule, message, hint }] };
  }
  const [least, largest, ...more] = found.kind === 'list' ? found.items.map(numberOf) : [];
  const at = { path: [...path, 'range'], rule };
  if (least === undefined || largest === undefined || more.length > 0 || !(least < largest)) {
    const message = `range: ${shown(plainValue(found))} is not a least and a largest value`;
    return { value: undefined, findings: [{ ...at, message, hint }] };
  }
  if (!isShare || (least === 0 && largest === 1)) return { value: [least, largest], findings: [] };
  const message = `range: scores.${name} is always from 0 to 1`;
  return { value: undefined, findings: [{ ...at, message, hint: 'leave range out' }] };
}

function readSource(root: TreeNode, path: TreePath, readFile: ReadFile): SectionReading<ScoreSource | undefined> {
  const node = nodeAt(root, path);
  if (child(node, 'from') !== undefined) {
    const isPairwise = textOf(child(node, 'kind')) === 'pairwise';
    const field = textOf(child(node, 'field')) ?? 'preference';
    return { value: isPairwise ? { kind: 'pairwise', field } : { kind: 'log' }, findings: [] };
  }
  if (child(node, 'use') !== undefined) return readBuiltIn(root, path, readFile);
  return readScorer(root, path, readFile);
}

function readBuiltIn(root: TreeNode, path: TreePath, readFile: ReadFile): SectionReading<ScoreSource | undefined> {
  const node = nodeAt(root, path);
  const written = textOf(child(node, 'use')) ?? '';
  const use = usableScores.find((each) => each === written);
  const at = { path: [...path, 'use'], rule };
  if (use === undefined) {
    const message = `use: ${written} is not a built-in score`;
    return { value: undefined, findings: [{ ...at, message, hint: didYouMean(written, usableScores) }] };
  }
  const text = textOf(child(node, use === 'refusal' ? 'pattern' : 'text'));
  if (use === 'refusal') {
    const problem = text === undefined ? 'refusal has no pattern' : patternProblem(text);
    const hint = 'write pattern: "^(I am sorry|I cannot)", a regular expression of JavaScript';
    if (problem !== undefined) return { value: undefined, findings: [{ ...at, message: `use: ${problem}`, hint }] };
  }
  const file = textOf(child(node, 'schema'));
  const schema = file === undefined ? undefined : readSchema(file, readFile, [...path, 'schema']);
  return {
    value: { kind: 'built-in', use, ...known({ text, schema: schema?.value }) },
    findings: schema?.findings ?? [],
  };
}

function patternProblem(pattern: string): string | undefined {
  try {
    return new RegExp(pattern, 'u').source === '' ? 'refusal has an empty pattern' : undefined;
  } catch (error) {
    return `the pattern is not a regular expression: ${messageOf(error)}`;
  }
}

function readSchema(file: string, readFile: ReadFile, path: TreePath): SectionReading<unknown> {
  try {
    return { value: JSON.parse(readFile(file)), findings: [] };
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof SyntaxError)) throw error;
    const message = `schema: ${file} cannot be used: ${messageOf(error)}`;
    return { value: undefined, findings: [{ path, rule, message, hint: 'write the path of a JSON Schema file' }] };
  }
}

function readScorer(root: TreeNode, path: TreePath, readFile: ReadFile): SectionReading<ScorerSource | undefined> {
  const node = nodeAt(root, path);
  const module = textOf(child(node, 'module'));
  const command = module === undefined ? textsOf(child(node, 'command')) : [module];
  const timeout = readAt(root, [...path, 'timeout'], readDuration, { otherwise: usualTimeout });
  const files = new Map(command.flatMap((word) => digestOf(word, readFile)));
  const isMissing = module !== undefined && files.size === 0;
  const missing: Finding[] = isMissing
    ? [
        {
          path: [...path, 'module'],
          rule,
          message: `module: ${module} cannot be read`,
          hint: 'write its path from the plan',
        },
      ]
    : [];
  const value: ScorerSource | undefined =
    timeout.value === undefined
      ? undefined
      : {
          kind: module === undefined ? 'command' : 'module',
          command,
          files: Object.fromEntries(files),
          timeoutMs: timeout.value,
          concurrency: numberOf(child(node, 'concurrency')) ?? 1,
          ...known({ sample: numberOf(child(node, 'sample')) }),
        };
  return { value, findings: [...timeout.findings, ...missing] };
}

/** The digest of a word's file, where it names one. */
function digestOf(word: string, readFile: ReadFile): [file: string, sha256: string][] {
  if (!/[./]/u.test(word)) return [];
  try {
    return [[word, createHash('sha256').update(readFile(word)).digest('hex')]];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
