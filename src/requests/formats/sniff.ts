import { unusableFile, type UserError } from '../../domain/errors.ts';
import { type LogFormat, logFormats, logFormatTraits } from '../../domain/log/log-format.ts';
import type { Database } from '../../database/database.ts';
import { fieldNames } from '../files/scan-records.ts';
import type { RequestFile } from '../files/request-files.ts';

/** Tells of the dotted paths of a record's fields whether it looks like a format. */
type Sniff = (fields: readonly string[]) => boolean;

/** What was asked: any service may log `response.predictions`. */
const restBody = /^(?:(?:request\.)?(?:instances|inputs)|raw_data|raw_prediction)(?:\.|$)/u;

/** What the records of each format look like. */
export const looksLike: Readonly<Record<LogFormat, Sniff>> = {
  canary: (fields) => fields.includes('request_id') || fields.some((field) => field.startsWith('outcomes.')),
  'sagemaker-capture': (fields) => fields.some((field) => /^(?:captureData|groundTruthData)(?:\.|$)/u.test(field)),
  'kserve-logger': (fields) =>
    (fields.includes('specversion') && fields.includes('type') && !fields.includes('correlationid')) ||
    ['ReqType', 'reqType', 'inferenceservicename'].some((name) => fields.includes(name)),
  'inference-table': (fields) =>
    fields.includes('databricks_request_id') ||
    (fields.includes('status_code') && fields.some((field) => /^execution_(?:duration|time)_ms$/u.test(field))),
  'tf-serving': (fields) => fields.some((field) => restBody.test(field)),
  'vertex-log': (fields) =>
    fields.includes('deployed_model_id') &&
    fields.some((field) => /^(?:request|response)_payload(?:\.|$)/u.test(field)),
  'azure-collector': (fields) => fields.includes('specversion') && fields.includes('correlationid'),
  promptfoo: (fields) => fields.includes('promptIdx') && fields.includes('testIdx'),
  'eval-runs': (fields) =>
    fields.some((field) => /^(?:example|case|test|sample|doc)_id$/u.test(field)) &&
    !fields.some((field) => /^outcomes[.]|^request_id$/u.test(field)) &&
    fields.some((field) => /^(?:prediction|output|response|completion|answer|scores)(?:[.]|$)/u.test(field)),
};

/** Formats in the order in which they are told apart: those with names of their own before those with common ones. */
const surestFirst: readonly LogFormat[] = ['azure-collector', 'vertex-log', ...logFormats.slice(1), 'canary'];

/** The format whose records have these fields; undefined where it is none that canary knows. */
export function formatOfFields(fields: readonly string[]): LogFormat | undefined {
  return surestFirst.find((format) => looksLike[format](fields));
}

/** The format that a file looks like, told from its first record; undefined where it looks like none. */
export async function sniffFormat(db: Database, file: RequestFile): Promise<LogFormat | undefined> {
  return formatOfFields(await fieldNames(db, file));
}

/** @throws UserError (exit 5) for a file whose first record is not of this format; it names the one that it looks like. */
export async function requireFormat(db: Database, format: LogFormat, file: RequestFile): Promise<void> {
  const fields = await fieldNames(db, file);
  if (fields.length > 0 && !looksLike[format](fields)) throw otherFormat(file, format, fields);
}

function otherFormat({ path }: RequestFile, format: LogFormat, fields: readonly string[]): UserError {
  const found = formatOfFields(fields);
  const { title } = logFormatTraits[format];
  if (found === undefined) {
    return unusableFile(`${path}: does not look like ${title}`, {
      hint: `its first record has ${fields.join(', ')}; see docs/request-formats.md for what each format looks like`,
    });
  }
  return unusableFile(`${path}: does not look like ${title} but like ${logFormatTraits[found].title}`, {
    hint: `write under requests: format: ${found}`,
  });
}
