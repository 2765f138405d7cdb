import { eachPath } from '../../domain/log/field-paths.ts';
import { pathOf } from '../../domain/log/record-path.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import { quoteLiteral } from '../../database/database.ts';
import type { WantedField } from '../containers/record-scan.ts';
import type { ReadOptions } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import { type PayloadSql, type TextPlace, base64Sql, labelsSql, text } from './exchange-format.ts';
import { exchangeImporter } from './exchange-importer.ts';
import { csvLinesSql } from './answers/csv-payload-sql.ts';

const { label: truthPlace } = logFormatTraits['sagemaker-capture'].fields;

/**
 * SageMaker data capture: one line per invocation of an endpoint, with its body and the body that came back, and lines of
 * ground truth, which belong to the invocation of the same inferenceId, or of that eventId where it has none. The variant
 * that answered is not in a line but in the path of its file: ENDPOINT/VARIANT/yyyy/mm/dd/hh/NAME.jsonl.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html (ground truth)
 */
export const sagemakerCapture = exchangeImporter({
  format: 'sagemaker-capture',
  truthPlace,
  fields: (options) => [
    text('inference_id', 'eventMetadata', 'inferenceId'),
    { column: 'captured', path: ['captureData'], as: 'present' },
    { column: 'truth', path: ['groundTruthData'], as: 'present' },
    { column: 'answered', path: pathOf(options.fields.outcomes), as: 'present' },
    text('truth_data', 'groundTruthData', 'data'),
    text('truth_encoding', 'groundTruthData', 'encoding'),
    ...bodyFields('input', options.fields.input),
    ...bodyFields('output', options.fields.outcomes),
  ],
  line: (options, told, file) => ({
    prepared: [plainSql('input'), plainSql('output', `CASE WHEN answered THEN 'null' END`)],
    kind: `CASE WHEN captured THEN 'exchange' WHEN truth THEN 'truth' END`,
    pairKey: `coalesce(nullif(inference_id, ''), ${told.id})`,
    servedBy: options.fields.served === undefined ? variantSql(file) : told.servedBy,
    input: bodySql('input'),
    output: bodySql('output'),
    labels: readsTruths(options)
      ? `CASE WHEN truth THEN ${truthsSql} ELSE ${labelsSql(told.label)} END`
      : labelsSql(told.label),
  }),
  textAt: customAttribute,
});

/** Whether labels come in lines of ground truth. */
function readsTruths({ fields }: ReadOptions): boolean {
  return eachPath(fields.label).some((path) => path === truthPlace);
}

function bodyFields(name: string, path: string): WantedField[] {
  const keys = pathOf(path);
  return [
    text(`${name}_data`, ...keys, 'data'),
    text(`${name}_encoding`, ...keys, 'encoding'),
    text(`${name}_type`, ...keys, 'observedContentType'),
  ];
}

/**
 * The body as text: what SageMaker was not told the type of it encodes in Base64, and what is not a text then stays that, as
 * a JSON string.
 * @param otherwise SQL of the text where there is none.
 */
function plainSql(name: string, otherwise = 'NULL'): string {
  const data = `${name}_data`;
  return `CASE WHEN ${name}_encoding = 'BASE64' THEN coalesce(${base64Sql(data)}, to_json(${data})::VARCHAR) ELSE coalesce(${data}, ${otherwise}) END AS ${name}_plain`;
}

/** Lines of JSON become an array. */
function bodySql(name: string): PayloadSql {
  const plain = `${name}_plain`;
  const csv = `(CASE WHEN ${name}_encoding = 'CSV' THEN true WHEN ${name}_encoding = 'JSON' THEN false
    WHEN ${name}_type LIKE 'text/csv%' THEN true WHEN ${name}_type LIKE 'application/json%' THEN false
    ELSE NOT coalesce(json_valid(${plain}), true) END)`;
  const lines = `'[' || array_to_string(string_split(trim(${plain}, chr(10) || chr(13) || ' '), chr(10)), ',') || ']'`;
  const isLines = `contains(${plain}, chr(10)) AND NOT ${csv} AND NOT json_valid(${plain})`;
  return { text: `CASE WHEN ${isLines} THEN ${lines} ELSE ${plain} END`, csv };
}

/** One label per line of CSV, or per element of a JSON array. */
const truthsSql = `CASE WHEN truth_encoding = 'JSON' THEN ${labelsSql('truth_data')}
  WHEN truth_encoding = 'BASE64' THEN ${csvLinesSql(base64Sql('truth_data'))} ELSE ${csvLinesSql('truth_data')} END`;

function variantSql({ absolutePath }: RequestFile): string {
  const variant = /([^/\\]+)[/\\]\d{4}[/\\]\d{2}[/\\]\d{2}[/\\]\d{2}[/\\][^/\\]+$/u.exec(absolutePath)?.[1];
  return variant === undefined ? 'NULL::VARCHAR' : quoteLiteral(variant);
}

/** The caller's own attributes are one opaque text, by custom `name=value` pairs behind `;`, `,` or `&`. */
function customAttribute(path: string): TextPlace | undefined {
  const prefix = 'eventMetadata.customAttributes';
  if (path !== prefix && !path.startsWith(`${prefix}.`)) return undefined;
  const name = path.slice(prefix.length + 1).replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  const pattern = quoteLiteral(String.raw`(?:^|[;,&])\s*${name}=([^;,&]*)`);
  const textSql = (column: string): string =>
    name === '' ? attributesSql(column) : `nullif(regexp_extract(${attributesSql(column)}, ${pattern}, 1), '')`;
  return { path: pathOf(prefix), textSql };
}

function attributesSql(column: string): string {
  return `(CASE WHEN ${column} LIKE '[%' AND json_valid(${column})
    THEN array_to_string(json_extract_string(${column}, '$[*]'), ';') ELSE ${column} END)`;
}
