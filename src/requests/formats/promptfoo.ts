import { evaluationFormats } from '../../domain/log/evaluation-formats.ts';
import type { RecordPath } from '../../domain/log/record-path.ts';
import { roles } from '../../domain/role.ts';
import { quoteIdentifier } from '../../database/database.ts';
import type { WantedField } from '../containers/record-scan.ts';
import { type ReadOptions, recordedRoles, wantedValuesOf } from '../values/read-options.ts';
import { scoreColumn } from '../values/wanted-values.ts';
import type { ToldName } from '../../domain/scores/answer-numbers.ts';
import { text } from './exchange-format.ts';

/**
 * Where a result of promptfoo (versions 2 and 3 of its file) keeps a score: `score` and `pass` are those of the whole grading, `cost` is what the
 * provider says that the answer cost, and any other name is that of an assertion's `metric`.
 *
 * @see https://www.promptfoo.dev/docs/configuration/outputs
 */
export function promptfooScore(name: string): readonly RecordPath[] {
  // The result's own cost is 0 where nobody told one.
  if (name === costName) return [['response', 'cost']];
  const named: readonly RecordPath[] = [
    ['gradingResult', 'namedScores', name],
    ['namedScores', name],
  ];
  return name === 'score' || name === 'pass' ? [['gradingResult', name], ...named] : named;
}

export const promptfooUsage: Readonly<Partial<Record<ToldName, readonly RecordPath[]>>> = {
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

const costName = 'cost';

/** `failureReason` of a result that was not answered, or not graded; 1 is an assertion that failed, of which `error` tells as well. */
const notAnswered = '2';

/**
 * An answer that came from a cache was not waited for and not paid for; what a provider threw has the time 0, and what told no tokens has 0 of both.
 * An answer that nothing was asserted of has the score 1 that means nothing.
 */
export function promptfooColumns(options: ReadOptions): Readonly<Record<string, string>> {
  const { served } = options.fields;
  const { scores = [], numbers } = wantedValuesOf(options);
  const ungraded = `(coalesce(failure_reason, '') = '${notAnswered}' OR coalesce(grading_reason, '') = 'No assertions')`;
  const recorded = roles.filter((role) => recordedRoles(options).some(([each]) => each === role));
  const graded = recorded.flatMap((role) =>
    scores
      .filter(({ from }) => from === 'outcome')
      .map(({ name }) => [scoreColumn(role, name), name === costName ? isAsked : `NOT ${ungraded}`] as const),
  );
  const told = (numbers.includes('input_tokens') ? recorded : []).flatMap((role) => {
    const tokens = [`${role}_input_tokens`, `${role}_output_tokens`];
    const areTold = tokens.map((column) => `coalesce(try_cast(${column} AS DOUBLE), 0)`).join(' + ');
    return tokens.map((column) => [column, `${areTold} > 0`] as const);
  });
  const kept = [...graded, ...told].map(([column, condition]) => [
    column,
    `CASE WHEN ${condition} THEN ${quoteIdentifier(column)} END`,
  ]);
  const own = evaluationFormats.promptfoo.fields.served;
  return {
    served_error: errorSql,
    served_latency: `CASE WHEN ${isAsked} AND NOT ((${errorSql}) IS NOT NULL AND try_cast(served_latency AS DOUBLE) = 0) THEN served_latency END`,
    ...(served?.by === own.by ? { served_by: providerSql('served_by') } : {}),
    ...(served?.prediction === own.prediction ? { served_prediction: predictionSql(options) } : {}),
    ...Object.fromEntries(kept),
  };
}

/** The provider was asked for the answer, which no cache had. */
const isAsked = `lower(coalesce(cached, '')) <> 'true'`;

/** Who answered: the provider's label (a column), else its id, else the provider itself where it is a text. */
export function providerSql(label: string): string {
  return `coalesce(nullif(${label}, ''), nullif(provider_id, ''), CASE WHEN provider_text NOT LIKE '{%' THEN provider_text END)`;
}

const toldError = `coalesce(nullif(response_error, ''), nullif(served_error, ''), '')`;

/** A provider's text is a long one that differs from request to request: of it the status that it names is read, or what kind of failure it tells. */
const errorSql = `CASE WHEN nullif(response_error, '') IS NULL AND coalesce(nullif(output, 'null'), '') <> '' THEN NULL
  WHEN regexp_matches(${toldError}, '(?i)(?:API|HTTP)[a-z ]*(?:error|status)?:? *[45][0-9][0-9]')
    THEN regexp_extract(${toldError}, '(?i)(?:API|HTTP)[a-z ]*(?:error|status)?:? *([45][0-9][0-9])', 1)
  WHEN regexp_matches(${toldError}, '(?i)time(?:d )?-?out') THEN 'timeout'
  WHEN ${toldError} <> '' OR coalesce(failure_reason, '') = '${notAnswered}' THEN 'provider-error' END`;

/** A text is told as such, so that one that looks like JSON, or like nothing, stays the text that it is. */
function predictionSql({ values }: ReadOptions): string {
  if (values?.free !== 'text') return 'served_prediction';
  return `CASE WHEN output LIKE '"%' THEN '{"text":' || output || '}' ELSE served_prediction END`;
}
