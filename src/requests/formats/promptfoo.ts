import { evaluationFormats } from '../../domain/log/evaluation-formats.ts';
import type { RecordPath } from '../../domain/log/record-path.ts';
import { roles } from '../../domain/role.ts';
import { quoteIdentifier } from '../../database/database.ts';
import type { WantedField } from '../containers/record-scan.ts';
import { type ReadOptions, recordedRoles, wantedValuesOf } from '../values/read-options.ts';
import { scoreColumn, type usageFields } from '../values/wanted-values.ts';
import { text } from './exchange-format.ts';

/**
 * Where a result of promptfoo (versions 2 and 3 of its file) keeps a score: `score` and `pass` are those of the whole grading, any other
 * name is that of an assertion's `metric`.
 *
 * @see https://www.promptfoo.dev/docs/configuration/outputs
 */
export function promptfooScore(name: string): readonly RecordPath[] {
  const named: readonly RecordPath[] = [
    ['gradingResult', 'namedScores', name],
    ['namedScores', name],
  ];
  return name === 'score' || name === 'pass' ? [['gradingResult', name], ...named] : named;
}

export const promptfooUsage: Readonly<Record<keyof typeof usageFields, readonly RecordPath[]>> = {
  input_tokens: [
    ['response', 'tokenUsage', 'prompt'],
    ['tokenUsage', 'prompt'],
  ],
  output_tokens: [
    ['response', 'tokenUsage', 'completion'],
    ['tokenUsage', 'completion'],
  ],
  first_token_ms: [['response', 'metadata', 'firstTokenMs']],
};

export const promptfooFields: readonly WantedField[] = [
  text('provider_id', 'provider', 'id'),
  text('provider_text', 'provider'),
  text('failure_reason', 'failureReason'),
  text('response_error', 'response', 'error'),
  text('cached', 'response', 'cached'),
  text('grading_reason', 'gradingResult', 'reason'),
  { column: 'output', path: ['response', 'output'], as: 'json' },
];

/** `failureReason` of a result that was not answered, or not graded; 1 is an assertion that failed, of which `error` tells as well. */
const notAnswered = '2';

/** An answer that came from a cache was not waited for, and one that nothing was asserted of has the score 1 that means nothing. */
export function promptfooColumns(options: ReadOptions): Readonly<Record<string, string>> {
  const { served } = options.fields;
  const { scores = [] } = wantedValuesOf(options);
  const ungraded = `(coalesce(failure_reason, '') = '${notAnswered}' OR coalesce(grading_reason, '') = 'No assertions')`;
  const graded = roles
    .filter((role) => recordedRoles(options).some(([recorded]) => recorded === role))
    .flatMap((role) => scores.filter(({ from }) => from === 'outcome').map(({ name }) => scoreColumn(role, name)))
    .map((column) => [column, `CASE WHEN NOT ${ungraded} THEN ${quoteIdentifier(column)} END`]);
  const own = evaluationFormats.promptfoo.fields.served;
  return {
    served_error: errorSql,
    served_latency: `CASE WHEN lower(coalesce(cached, '')) <> 'true' THEN served_latency END`,
    ...(served?.by === own.by ? { served_by: providerSql('served_by') } : {}),
    ...(served?.prediction === own.prediction ? { served_prediction: predictionSql(options) } : {}),
    ...Object.fromEntries(graded),
  };
}

/** Who answered: the provider's label (a column), else its id, else the provider itself where it is a text. */
export function providerSql(label: string): string {
  return `coalesce(nullif(${label}, ''), nullif(provider_id, ''), CASE WHEN provider_text NOT LIKE '{%' THEN provider_text END)`;
}

/** What kind of failure a provider's text tells of: it is a long one that differs from request to request. */
const errorSql = `CASE WHEN nullif(response_error, '') IS NULL AND coalesce(nullif(output, 'null'), '') <> '' THEN NULL
  WHEN regexp_matches(coalesce(nullif(response_error, ''), served_error, ''), '(?i)(?:API|HTTP)[a-z ]*(?:error|status)?:? *[45][0-9][0-9]')
    THEN 'http-' || regexp_extract(coalesce(nullif(response_error, ''), served_error), '(?i)(?:API|HTTP)[a-z ]*(?:error|status)?:? *([45][0-9][0-9])', 1)
  WHEN regexp_matches(coalesce(nullif(response_error, ''), served_error, ''), '(?i)time(?:d )?-?out') THEN 'timeout'
  ELSE 'provider-error' END`;

/** A text is told as such, so that one that looks like JSON, or like nothing, stays the text that it is. */
function predictionSql({ values }: ReadOptions): string {
  if (values?.free !== 'text') return 'served_prediction';
  return `CASE WHEN output LIKE '"%' THEN '{"text":' || output || '}' ELSE served_prediction END`;
}
