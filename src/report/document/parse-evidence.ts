import type { ErrorObject } from 'ajv/dist/2020.js';
import { stepsOf } from '../../documents/json-pointer.ts';
import { refuseNewerSchema } from '../../documents/newer-schema.ts';
import { diagnosticAt, scanJson } from '../../documents/scan-json.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { type Diagnostic, messageOf, unusableFile, type UserError } from '../../domain/errors.ts';
import { evidenceValidator } from './evidence-validator.ts';

const readableVersion = 1;
const shownFindings = 20;

/**
 * Reads evidence that an evaluation wrote. Keys that this version does not know are kept.
 * @param text of the whole file.
 * @param file its path as the user knows it, for messages.
 * @throws UserError (exit 5) for text that is cut or not JSON, a newer schemaVersion, or anything that
 * evidence.schema.json does not allow, with the place of each finding.
 */
export function parseEvidence(text: string, file: string): Evidence {
  const value = parseJson(text, file);
  refuseNewerSchema(value, file, readableVersion);
  const validate = evidenceValidator();
  if (validate(value)) return value;
  // The branches of an alternative each complain; that none of them fits is said once.
  const errors = (validate.errors ?? []).filter(({ schemaPath }) => !schemaPath.includes('/oneOf/'));
  const diagnostics = errors.slice(0, shownFindings).map((error) => located(error, text, file));
  throw unusableFile(`${file} is not evidence that canary wrote`, {
    diagnostics,
    hint: 'Run canary evaluate again; evidence is not made to be edited.',
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(text, file, error);
  }
}

function notJson(text: string, file: string, cause: unknown): UserError {
  const hint = 'Run canary evaluate again; it writes the file whole or not at all.';
  const lines = text.trimEnd().split('\n');
  if (text.trim() === '') return unusableFile(`${file} is empty`, { hint, cause });
  // The outermost brace stands alone on the last line of what canary writes; an inner one is indented.
  if (lines.length > 1 ? lines.at(-1) !== '}' : !lines[0]?.endsWith('}')) {
    return unusableFile(`${file} is cut: it ends on line ${lines.length} in the middle of the document`, {
      hint,
      cause,
    });
  }
  return unusableFile(`${file} is not JSON: ${messageOf(cause)}`, { hint, cause });
}

/** A finding of the schema with its place in the text: of the value itself, or of the object that lacks a key. */
function located(error: ErrorObject, text: string, file: string): Diagnostic {
  const path = stepsOf(error.instancePath);
  const message = `${path.length === 0 ? '' : `${path.join('.')}: `}${complaint(error)}`;
  const finding = { rule: `evidence-${error.keyword}`, message };
  const scanned = scanJson(text);
  const offset = scanned.ok ? scanned.places.get(error.instancePath)?.value : undefined;
  return offset === undefined ? { severity: 'error', file, ...finding } : diagnosticAt(file, text, offset, finding);
}

function complaint({ keyword, message, params }: ErrorObject): string {
  if (keyword === 'oneOf') return 'its keys contradict each other';
  const { allowedValues }: { allowedValues?: unknown } = params;
  return Array.isArray(allowedValues) ? `must be one of ${allowedValues.join(', ')}` : (message ?? keyword);
}
