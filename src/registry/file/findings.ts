import { type Diagnostic, unusableFile, type UserError } from '../../domain/errors.ts';
import { stepsOf } from '../../documents/json-pointer.ts';
import { diagnosticAt, type JsonPlace } from '../../documents/scan-json.ts';

/** What is wrong at a place of a registry file. */
export interface Finding {
  /** JSON pointer to the value, or to where it should be. */
  readonly pointer: string;
  readonly rule: string;
  /** What is wrong, as a clause without a full stop. */
  readonly message: string;
  /** What to write instead, as a clause that can follow a semicolon. */
  readonly hint: string;
  /** Where to point: at the value (unless given), or at its key. */
  readonly at?: 'key' | 'value';
}

/** The error for a registry file that cannot be used: everything that is wrong with it, from top to bottom. */
export function unusableRegistry(file: string, diagnostics: readonly Diagnostic[]): UserError {
  const count = diagnostics.length === 1 ? '1 error' : `${diagnostics.length} errors`;
  return unusableFile(`${file} is not a valid registry file: ${count}`, { diagnostics });
}

/** Puts findings where they stand in the file. A value that is absent is shown at the nearest thing around it. */
export function located(
  file: string,
  text: string,
  places: ReadonlyMap<string, JsonPlace>,
  findings: readonly Finding[],
): Diagnostic[] {
  return findings
    .map((finding) => ({ finding, offset: offsetOf(places, finding) }))
    .toSorted((left, right) => left.offset - right.offset)
    .map(({ finding: { rule, message, hint }, offset }) => diagnosticAt(file, text, offset, { rule, message, hint }));
}

/** A pointer as a message names it: `versions["1.4.2"].artifact.path`. */
export function placeText(pointer: string): string {
  return stepsOf(pointer).reduce((text, step) => {
    if (/^\d+$/u.test(step)) return `${text}[${step}]`;
    if (!/^\w+$/u.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

function offsetOf(places: ReadonlyMap<string, JsonPlace>, { pointer, at }: Pick<Finding, 'pointer' | 'at'>): number {
  const place = places.get(pointer);
  if (place !== undefined) return at === 'key' ? (place.key ?? place.value) : place.value;
  const parent = pointer.slice(0, pointer.lastIndexOf('/'));
  return pointer === '' ? 0 : offsetOf(places, { pointer: parent, at: 'key' });
}
