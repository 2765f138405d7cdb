import { quoteLiteral } from '../../database/database.ts';
import { pathOf, plainKeys } from '../../domain/log/record-path.ts';
import { type TextPlace, base64Sql, text } from './exchange-format.ts';
import { exchangeImporter } from './exchange-importer.ts';

/**
 * KServe's inference logger: an event per request and an event per response, with the same id. A sink writes them as
 * CloudEvents in their JSON format; KServe itself writes blob files, whose keys have capitals (JSON) or humps (CSV,
 * Parquet) and whose bytes are Base64. A response is logged on status 200 alone, so that a request without one failed,
 * nobody knows how. The time of an event is that of its sending, and no latency can be told from it.
 *
 * @see https://kserve.github.io/website/docs/model-serving/predictive-inference/logger
 * @see https://github.com/kserve/kserve/blob/master/pkg/logger/handler.go (status 200), worker.go (attributes), types.go (blobs)
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export const kserveLogger = exchangeImporter({
  format: 'kserve-logger',
  others: { id: ['Id'] },
  arrays: true,
  silenceIsFailure: true,
  fields: (options) => [
    text('event_type', 'type'),
    text('blob_type', 'ReqType'),
    text('table_type', 'reqType'),
    text('event_endpoint', 'endpoint'),
    text('blob_endpoint', 'Endpoint'),
    text('event_component', 'component'),
    text('blob_component', 'Component'),
    text('event_service', 'inferenceservicename'),
    text('blob_service', 'InferenceService'),
    text('table_service', 'inferenceService'),
    text('event_data', ...pathOf(options.fields.input)),
    text('event_base64', 'data_base64'),
    text('blob_bytes', 'Bytes'),
    text('table_bytes', 'bytes'),
  ],
  line: (options, told) => {
    const isRequest = `${type} LIKE '%.inference.request'`;
    const isResponse = `${type} LIKE '%.inference.response'`;
    return {
      kind: `CASE WHEN ${isRequest} THEN 'request' WHEN ${isResponse} THEN 'response' END`,
      servedBy: options.fields.served === undefined ? service : told.servedBy,
      input: { text: `CASE WHEN ${isRequest} THEN ${body} END`, csv: 'false' },
      output: { text: `CASE WHEN ${isResponse} THEN coalesce(${body}, 'null') END`, csv: 'false' },
      component: 'coalesce(event_component, blob_component)',
    };
  },
  textAt: header,
});

const type = 'coalesce(event_type, blob_type, table_type)';
/** An endpoint is `default` or `canary`, and empty where KServe splits the traffic by revision. */
const service = `coalesce(nullif(event_endpoint, ''), nullif(blob_endpoint, ''), event_service, blob_service, table_service)`;
const body = `coalesce(event_data, ${base64Sql('coalesce(event_base64, blob_bytes, table_bytes)')})`;

/** A logged header: the attribute `metadata` is a JSON text of header names, each with its values. */
function header(path: string): TextPlace | undefined {
  const [attribute = '', ...name] = plainKeys(pathOf(path)) ?? [];
  if (!/^metadata$/iu.test(attribute) || name.length === 0) return undefined;
  const written = name.join('.');
  const canonical = written.toLowerCase().replaceAll(/(?:^|-)[a-z]/gu, (letter) => letter.toUpperCase());
  const pointers = [...new Set([written, canonical, written.toLowerCase()])].map((each) => quoteLiteral(`/${each}/0`));
  return {
    path: [attribute],
    textSql: (column) =>
      `CASE WHEN json_valid(${column}) THEN coalesce(${pointers.map((pointer) => `json_extract_string(${column}, ${pointer})`).join(', ')}) END`,
  };
}
