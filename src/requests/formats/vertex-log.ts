import { pathOf } from '../../domain/log/record-path.ts';
import { text } from './exchange-format.ts';
import { exchangeImporter } from './exchange-importer.ts';

/**
 * Vertex AI's request-response logging, exported from BigQuery as JSON lines or Parquet: a row per call with `endpoint`,
 * `deployed_model_id`, `logging_time`, `request_id`, and the repeated texts `request_payload` and `response_payload`, an
 * instance or a prediction each, or one whole body of a raw prediction.
 *
 * @see https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging
 */
export const vertexLog = exchangeImporter({
  format: 'vertex-log',
  fields: (options) => [
    text('request_body', ...pathOf(options.fields.input)),
    text('response_body', ...pathOf(options.fields.outcomes)),
  ],
  line: () => {
    return {
      kind: `CASE WHEN coalesce(request_body, response_body) IS NOT NULL THEN 'exchange' END`,
      input: { text: bodySql('request_body', 'instances'), csv: 'false' },
      // No prediction at all is an answer of none, and not the same as a response that was not logged.
      output: {
        text: `coalesce(${bodySql('response_body', 'predictions')}, CASE WHEN response_body = '[]' THEN '{"predictions":[]}' END)`,
        csv: 'false',
      },
    };
  },
});

/** A repeated text: several parts of a body, or one that is the whole. */
function bodySql(column: string, parts: string): string {
  const texts = `json_extract_string(${column}, '$[*]')`;
  const part = `CASE WHEN json_valid(part) THEN part ELSE to_json(part)::VARCHAR END`;
  const joined = `'{"${parts}":[' || array_to_string(list_transform(${texts}, lambda part: ${part}), ',') || ']}'`;
  const isWhole = `len(${texts}) = 1 AND coalesce(TRY(json_exists(${texts}[1], '$.${parts}')), false)`;
  return `(CASE WHEN NOT json_valid(${column}) OR NOT ${column} LIKE '[%' THEN nullif(${column}, '') WHEN ${isWhole} THEN ${texts}[1]
    WHEN len(${texts}) > 0 THEN ${joined} END)`;
}
