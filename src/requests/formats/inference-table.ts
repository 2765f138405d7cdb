import { pathOf } from '../../domain/log/record-path.ts';
import { text } from './exchange-format.ts';
import { exchangeImporter } from './exchange-importer.ts';

/**
 * A Databricks inference table, exported as JSON lines, CSV or Parquet: a row per request with both bodies as JSON, the
 * status code and the time that the model took. Tables of the older kind have timestamp_ms, execution_time_ms and
 * request_metadata; those of AI Gateway have request_time, execution_duration_ms, served_entity_id and requester.
 *
 * @see https://docs.databricks.com/aws/en/machine-learning/model-serving/inference-tables
 * @see https://docs.databricks.com/aws/en/ai-gateway/inference-tables
 */
export const inferenceTable = exchangeImporter({
  format: 'inference-table',
  others: { timestamp: ['timestamp_ms'], servedBy: ['request_metadata.model_version'] },
  fields: (options) => [
    text('client_id', 'client_request_id'),
    text('status', 'status_code'),
    text('duration', 'execution_duration_ms'),
    text('older_duration', 'execution_time_ms'),
    text('logging_errors', 'logging_error_codes'),
    text('request_body', ...pathOf(options.fields.input)),
    text('response_body', ...pathOf(options.fields.outcomes)),
  ],
  line: (_options, told) => {
    return {
      kind: `CASE WHEN coalesce(status, request_body, response_body) IS NOT NULL THEN 'exchange' END`,
      pairKey: `coalesce(nullif(client_id, ''), ${told.id})`,
      latency: `coalesce(nullif(duration, ''), nullif(older_duration, ''))`,
      error: 'status',
      input: { text: `nullif(request_body, '')`, csv: 'false' },
      output: { text: `nullif(response_body, '')`, csv: 'false' },
      unlogged: `nullif(response_body, '') IS NULL AND contains(coalesce(logging_errors, ''), 'MAX_RESPONSE_SIZE_EXCEEDED')`,
    };
  },
});
