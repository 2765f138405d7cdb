/**
 * One step into a record: a key of an object (or the place in a list, from 0), or of a list of objects the first whose
 * value at a key is a given text, such as an attribute of OpenTelemetry by its name.
 */
export type PathStep = string | { readonly key: string; readonly equals: string };

/** Steps from a record's root down; never empty. */
export type RecordPath = readonly PathStep[];

/** A path that was read, or why it is none: `problem` is a clause without the path itself, `hint` says what to write. */
export type PathReading =
  | { readonly ok: true; readonly path: RecordPath }
  | { readonly ok: false; readonly problem: string; readonly hint: string };

const quoted = String.raw`'(?:[^']|'')*'|"(?:[^"]|"")*"`;
const plainStep = /^[^.[\]]+/u;
const bracketStep = new RegExp(String.raw`^\[(?:(\d+)|(${quoted})|([^\]='"]+)=(${quoted}|[^\]'"]+))\]`, 'u');

/**
 * Reads a dotted path: `context.locale`, `items[0].price`, `['trace.id']` for a key with dots or brackets in it,
 * `attributes[key=service.name].value.stringValue` for the element of a list whose `key` is `service.name`.
 */
export function readPath(text: string): PathReading {
  if (text === '') return misread('is empty', 'write the path of a field, such as context.locale');
  const foreign = foreignNotation(text);
  if (foreign !== undefined) return foreign;
  const path: PathStep[] = [];
  let rest = text;
  while (rest !== '') {
    const dotted = path.length > 0 && rest.startsWith('.');
    if (dotted) rest = rest.slice(1);
    const bracket = bracketStep.exec(rest);
    if (bracket !== null && !dotted) {
      path.push(stepOf(bracket));
      rest = rest.slice(bracket[0].length);
      continue;
    }
    const plain = path.length === 0 || dotted ? plainStep.exec(rest)?.[0] : undefined;
    if (plain === undefined) return unreadable(text, path, rest);
    path.push(plain);
    rest = rest.slice(plain.length);
  }
  return { ok: true, path };
}

/** The steps of a path that the plan's checks have accepted. @throws RangeError for one that nobody checked */
export function pathOf(text: string): RecordPath {
  const reading = readPath(text);
  if (!reading.ok) throw new RangeError(`the path ${text} was not checked: ${reading.problem}`);
  return reading.path;
}

/** Writes steps as `readPath` reads them. */
export function pathText(path: RecordPath): string {
  return path.map((step, index) => stepText(step, index === 0)).join('');
}

/** The name of a column as a path that leads to it: as it is, where dots in it mean the same either way. */
export function columnPath(name: string): string {
  const reading = readPath(name);
  return reading.ok && plainKeys(reading.path)?.join('.') === name ? name : pathText([name]);
}

/** The keys of a path that has keys alone; undefined for one that searches a list. */
export function plainKeys(path: RecordPath): readonly string[] | undefined {
  return path.every((step) => typeof step === 'string') ? path : undefined;
}

/** Whether one path leads to what is at another, or to something inside of it. */
export function isWithin(path: RecordPath, outer: RecordPath): boolean {
  return outer.length <= path.length && outer.every((step, index) => sameStep(step, path[index]));
}

function sameStep(left: PathStep, right: PathStep | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function stepOf([, index, key, searched, value]: RegExpExecArray): PathStep {
  if (index !== undefined) return index;
  if (key !== undefined) return unquoted(key);
  return { key: searched ?? '', equals: unquoted(value ?? '') };
}

function unquoted(text: string): string {
  const quote = text[0];
  if (quote !== "'" && quote !== '"') return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

function stepText(step: PathStep, first: boolean): string {
  if (typeof step !== 'string') {
    const plain = /^[^\]'"]+$/u.test(step.equals);
    return `[${step.key}=${plain ? step.equals : quotedText(step.equals)}]`;
  }
  if (step === '' || /[.[\]'"]|^\$$/u.test(step)) return `[${quotedText(step)}]`;
  return first ? step : `.${step}`;
}

function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function unreadable(text: string, path: RecordPath, rest: string): PathReading {
  const wrong = /^\[([^\]]*)(\]?)/u.exec(rest);
  if (wrong !== null && wrong[2] === '') return misread('has a [ that is not closed', `write ${closed(text)}`);
  if (wrong !== null) {
    const inside = wrong[1] ?? '';
    return misread(
      `has [${inside}], which is neither a place in a list nor a quoted key`,
      `write ${pathText([...path, inside.replaceAll(/^['"]|['"]$/gu, '')])}`,
    );
  }
  if (rest.startsWith(']')) return misread('has a ] without its [', `write ${pathText([text])} for a key of that name`);
  if (rest === '' || rest.startsWith('.'))
    return misread('has nothing between two dots, or at an end', fewerDots(text));
  return misread(`goes on after ] without a dot`, `write ${pathText(path)}.${rest}`);
}

/** Ways in which other tools write a path. */
function foreignNotation(text: string): PathReading | undefined {
  if (/^\$[.[]/u.test(text)) {
    const rest = text.slice(1).replace(/^\./u, '');
    return misread(
      'begins with $',
      `write ${rest === '' ? 'context.locale' : rest}, which is read from the record's root`,
    );
  }
  if (text.startsWith('.') || text.endsWith('.')) return misread('has a dot at an end', fewerDots(text));
  return undefined;
}

function fewerDots(text: string): string {
  const keys = text.split('.').filter((key) => key !== '');
  return keys.length === 0 ? 'write the path of a field, such as context.locale' : `write ${keys.join('.')}`;
}

function closed(text: string): string {
  const open = text.lastIndexOf('[');
  const before = text.slice(0, open);
  const inside = text.slice(open + 1).replaceAll(/['"]/gu, '');
  return /^\d+$|=/u.test(inside) ? `${before}[${inside}]` : `${before}[${quotedText(inside)}]`;
}

function misread(problem: string, hint: string): PathReading {
  return { ok: false, problem, hint };
}
