import { logFormatTraits } from '../../domain/log/log-format.ts';
import { eachPath } from '../../domain/log/field-paths.ts';
import type { LatencyField } from '../../domain/log/latency-field.ts';
import { recordPlace } from '../../requests/files/scan-records.ts';
import type { DetectedFields } from './detected-fields.ts';
import type { FieldRole } from './field-names.ts';
import type { PlanDraft } from './plan-draft.ts';
import { commentText, quotedText } from './plan-words.ts';

/** What a log does not tell of one thing, and what a person can do. */
export interface Todo {
  readonly role: FieldRole;
  /** One sentence. */
  readonly why: string;
  /** Whether no plan is valid without it. */
  readonly isNeeded: boolean;
  readonly candidates: readonly string[];
}

/** What is left to answer of the fields of a log. */
export function todosOf({ format, fields, isLive }: Pick<PlanDraft, 'format' | 'fields' | 'isLive'>): readonly Todo[] {
  const { found, candidates } = fields;
  const isCanary = format === 'canary';
  const todo = (role: FieldRole, why: string, isNeeded = false): Todo => ({
    role,
    why,
    isNeeded,
    candidates: candidates[role] ?? [],
  });
  const missing: (Todo | false)[] = [
    isCanary && found.id === undefined && todo('id', idCosts),
    isCanary && found.timestamp === undefined && todo('timestamp', timeCosts(fields), true),
    found.unit === undefined && (isCanary || logFormatTraits[format].units !== true) && todo('unit', unitCosts),
    found.unit?.sure === false &&
      todo('unit', `${found.unit.path} may stand for several users, or one user may have several of it`),
    isCanary &&
      found.servedBy === undefined &&
      found.outcomes === undefined &&
      todo('servedBy', 'no field names the version that answered', true),
    isLive &&
      isCanary &&
      found.latency === undefined &&
      todo('latency', 'no field holds how long a request took; latency is not judged'),
    isLive &&
      isCanary &&
      found.error === undefined &&
      todo('error', 'no field shows that a request failed; errors are not judged'),
    isLive &&
      isCanary &&
      found.prediction === undefined &&
      todo('prediction', 'no field holds what was answered; quality is not judged'),
    found.label === undefined &&
      isCanary &&
      todo('label', 'no field says what would have been right; quality against the truth is not judged'),
  ];
  return missing.filter((each) => each !== false);
}

const idCosts =
  'no field tells requests apart, so their place in the file does: labels cannot come later, copies count twice, and after the file is sorted, cut or renamed its requests count as new ones';
const unitCosts =
  'no field looks like a user, so each request counts as a user of its own: one heavy user then counts many times';

function timeCosts({ unreadTime }: PlanDraft['fields']): string {
  const what = 'no field holds a time in most records';
  return unreadTime === undefined
    ? what
    : `${what}: ${unreadTime.path} has times such as ${unreadTime.example}; write them as 2026-11-01T09:00:00Z or as seconds since 1970`;
}

/** The key `fields` of a plan: what was found with an example, what was not as a comment. */
export function fieldLines(draft: PlanDraft): readonly string[] {
  const known = knownLines(draft);
  const lines = [...known, ...todosOf(draft).flatMap(todoLines)];
  // A key without anything below it would be no mapping.
  return [...(known.length === 0 ? [] : ['  fields:']), ...lines.map((each) => `    ${each}`)];
}

function knownLines({ format, fields, isLive }: PlanDraft): readonly string[] {
  const usual = logFormatTraits[format].fields;
  const { id, timestamp, unit, servedBy, latency, error, prediction, score, label, input, outcomes } = fields.found;
  const isCanary = format === 'canary';
  const other = (name: 'id' | 'timestamp' | 'label' | 'outcomes' | 'input', field: DetectedFields['found']['id']) =>
    field === undefined || field.path === usual[name] ? [] : [line(name, field.path, field.examples)];
  const idPath = id?.path ?? (isCanary ? recordPlace : (eachPath(usual.id)[0] ?? ''));
  const hasUnit = unit !== undefined || (!isCanary && usual.unit !== '');
  return [
    ...(id === undefined && isCanary ? [line('id', recordPlace, [])] : other('id', id)),
    ...other('timestamp', timestamp),
    ...(!hasUnit
      ? [line('unit', idPath, [])]
      : unit === undefined || unit.path === usual.unit
        ? []
        : [line('unit', unit.path, unit.examples)]),
    ...other('outcomes', outcomes),
    ...(servedBy === undefined ? [] : [line('servedBy', servedBy.path, servedBy.examples)]),
    ...(isLive && isCanary
      ? [
          ...(latency === undefined ? [] : [line('latency', latency.latency ?? latency.path, latency.examples)]),
          ...(error === undefined ? [] : [line('error', error.path, error.examples)]),
          ...(prediction === undefined ? [] : [line('prediction', prediction.path, prediction.examples)]),
          ...(score === undefined ? [] : [line('score', score.path, score.examples)]),
        ]
      : []),
    ...other('label', label),
    // Who answered is known of each request, so that nothing is sent again.
    ...(servedBy === undefined && outcomes === undefined ? other('input', input) : []),
  ];
}

function line(name: string, path: LatencyField, examples: readonly string[]): string {
  const told = examples.length === 0 ? '' : `   # ${examples.map(commentText).join(' · ')}`;
  return `${name}: ${pathOrPaths(path)}${told}`;
}

function pathOrPaths(latency: LatencyField): string {
  if (typeof latency === 'string') return quotedText(latency);
  return `{ ${Object.entries(latency)
    .map(([key, value]) => `${key}: ${quotedText(value)}`)
    .join(', ')} }`;
}

function todoLines({ role, why, candidates, isNeeded }: Todo): readonly string[] {
  const [first] = candidates;
  return [
    `# TODO ${role}: ${why}${candidates.length === 0 ? '' : `. Candidates: ${candidates.map(commentText).join(', ')}`}`,
    ...(isNeeded || first !== undefined ? [`# ${role}: ${first === undefined ? 'PATH' : quotedText(first)}`] : []),
  ];
}
