import { pathOf } from '../../domain/log/record-path.ts';
import { sentenceAsKindSql } from '../values/error.ts';
import { text } from './exchange-format.ts';
import { exchangeImporter } from './exchange-importer.ts';

/**
 * Rows of TensorFlow Serving requests, as gateways and request logging write them: the bodies of the REST API (`instances`
 * and `predictions`, or an `error`), either at the top of the row, in `request` and `response`, or as texts in the
 * `raw_data` and `raw_prediction` of AI Platform's request logging.
 *
 * @see https://www.tensorflow.org/tfx/serving/api_rest
 * @see https://cloud.google.com/ai-platform/prediction/docs/reference/rest/v1/projects.models.versions#RequestLoggingConfig
 */
export const tfServing = exchangeImporter({
  format: 'tf-serving',
  others: { timestamp: ['timestamp'], servedBy: ['model_spec.version'], label: ['label'] },
  fields: (options) => [
    text('request_body', ...pathOf(options.fields.input)),
    text('raw_request', 'raw_data'),
    { column: 'instances', path: ['instances'], as: 'json' },
    { column: 'inputs', path: ['inputs'], as: 'json' },
    text('response_body', ...pathOf(options.fields.outcomes)),
    text('raw_response', 'raw_prediction'),
    { column: 'predictions', path: ['predictions'], as: 'json' },
    { column: 'outputs', path: ['outputs'], as: 'json' },
    text('failure', 'error'),
    text('milliseconds', 'latency_ms'),
  ],
  line: ({ values }) => {
    const ofResponse = `json_extract_string(CASE WHEN json_valid(${response}) THEN ${response} END, '$.error')`;
    return {
      kind: `CASE WHEN coalesce(${request}, ${response}) IS NOT NULL OR failure IS NOT NULL THEN 'exchange' END`,
      latency: 'milliseconds',
      error: sentenceAsKindSql(`coalesce(failure, ${ofResponse})`, values?.fine ?? [], 'error-response'),
      input: { text: request, csv: 'false' },
      output: { text: response, csv: 'false' },
    };
  },
});

const request = `coalesce(request_body, raw_request, '{"instances":' || instances || '}', '{"inputs":' || inputs || '}')`;
const response = `coalesce(response_body, raw_response, '{"predictions":' || predictions || '}', '{"outputs":' || outputs || '}')`;
