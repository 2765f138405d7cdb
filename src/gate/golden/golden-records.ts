import type { Diagnostic } from '../../domain/errors.ts';
import { eachPath, type FieldPaths, shownPaths } from '../../domain/log/field-paths.ts';
import { pathOf, type PathStep } from '../../domain/log/record-path.ts';
import type { RequestFields } from '../../domain/log/log-format.ts';
import { freeKindOf, readFreeAnswer } from '../../domain/scores/free-answer.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { isExactNumber, parseExactly, withExactNumbers } from '../../models/exact-numbers.ts';
import type { Problem } from './right-answer.ts';
import { membersOf } from './recorded-answer.ts';

/** A golden request as it is written. */
export interface GoldenRecord {
  readonly id: string;
  /** JSON text. */
  readonly input: string;
  /** The right answer: of a regression a number, else the text of a label. */
  readonly label: string | number;
  readonly tolerance?: number;
  /** What stands under the candidate in `outcomes`. */
  readonly outcome?: unknown;
  /** Where it stands. */
  readonly file: string;
  readonly line: number;
}

/** What golden records are read with. */
export interface GoldenReader {
  /** Where a record keeps what. */
  readonly fields: Pick<RequestFields, 'id' | 'input' | 'label' | 'outcomes'>;
  /** The candidate and what it answers. */
  readonly version: string;
  readonly output: OutputSignature;
}

/** The golden requests of a file, and everything that is wrong in it. */
export interface GoldenReading {
  readonly records: readonly GoldenRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads golden requests: one JSON object per line, blank lines are none. Unlike a log, of which some records may be lost, each
 * golden request counts, so that a line that cannot be used is an error.
 *
 * @param file as messages name it
 */
export function readGoldenRecords(file: string, text: string, reader: GoldenReader): GoldenReading {
  const records: GoldenRecord[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/u, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const read = readRecord(line, reader);
    const place = { file, line: index + 1 };
    if ('message' in read) diagnostics.push({ severity: 'error', rule: 'golden', ...place, ...read });
    else records.push({ ...read, ...place });
  }
  return { records, diagnostics };
}

function readRecord(
  line: string,
  { fields, version, output }: GoldenReader,
): Omit<GoldenRecord, 'file' | 'line'> | Problem {
  const record = parsedObject(line);
  if (record === undefined) {
    return { message: 'is not a JSON object', hint: 'write one golden request per line, or delete the line' };
  }
  const [id, label] = [fields.id, fields.label].map((path) => exactText(valueAt(record, path)));
  const input = valueAt(record, fields.input);
  if (id === undefined || id === '' || (typeof id !== 'string' && typeof id !== 'number')) {
    return missing('id', shownPaths(fields.id));
  }
  if (input === undefined) return missing('input', fields.input);
  if (label === undefined || label === '') return missing('right answer', shownPaths(fields.label));
  const tolerance = valueAt(record, 'tolerance');
  const wrong = valueProblem(label, tolerance, version, output);
  if (wrong !== undefined) return wrong;
  return {
    id: String(id),
    input: withExactNumbers(JSON.stringify(input)),
    label: output.kind === 'regression' ? Number(label) : (freeText(label, output) ?? textOf(label)),
    ...(typeof tolerance === 'number' ? { tolerance } : {}),
    outcome: membersOf(valueAt(record, fields.outcomes))[version],
  };
}

/** A whole number that JavaScript's numbers cannot hold, as its digits. */
function exactText(value: unknown): unknown {
  return typeof value === 'string' && isExactNumber(value) ? withExactNumbers(value) : value;
}

/** The right answer of a free kind as answers are compared; undefined of labels, and of what is none. */
function freeText(label: unknown, output: OutputSignature): string | undefined {
  const kind = freeKindOf(output);
  const answer = kind === undefined ? undefined : readFreeAnswer(kind, label);
  return answer !== undefined && 'text' in answer ? answer.text : undefined;
}

function valueProblem(
  label: unknown,
  tolerance: unknown,
  version: string,
  output: OutputSignature,
): Problem | undefined {
  if (output.kind !== 'regression') {
    if (tolerance === undefined) return undefined;
    return { message: `has a tolerance, but ${version} answers labels`, hint: 'delete it: a label is right or wrong' };
  }
  if (typeof label !== 'number' || !Number.isFinite(label)) {
    const message = `the label ${JSON.stringify(label)} is not a number, but ${version} answers numbers`;
    return { message, hint: 'write one' };
  }
  if (tolerance === undefined) return undefined;
  if (typeof tolerance === 'number' && Number.isFinite(tolerance) && tolerance >= 0) return undefined;
  return {
    message: `the tolerance ${JSON.stringify(tolerance)} is not a number of 0 or more`,
    hint: 'write a number such as 0.5',
  };
}

function textOf(label: unknown): string {
  return typeof label === 'string' ? label : JSON.stringify(label);
}

function missing(what: string, path: string): Problem {
  return { message: `has no ${what}`, hint: `write it under ${path}` };
}

function parsedObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseExactly(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What stands at the first of the dotted paths that leads to something; null is nothing. */
function valueAt(record: unknown, paths: FieldPaths): unknown {
  for (const path of eachPath(paths)) {
    const found = pathOf(path).reduce(stepInto, record);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

function stepInto(value: unknown, step: PathStep): unknown {
  if (typeof step === 'string') return membersOf(value)[step];
  const elements: readonly unknown[] = Array.isArray(value) ? value : [];
  return elements.find((element) => membersOf(element)[step.key] === step.equals);
}
