import { pathOf } from '../../domain/log/record-path.ts';
import { text } from './exchange-format.ts';
import { exchangeImporter } from './exchange-importer.ts';

/**
 * Azure Machine Learning's data collector: CloudEvents as JSON lines, one with the inputs of a call (`model_inputs`, or the
 * `request` of payload logging) and one with its outputs (`model_outputs`, `response`), with the same `correlationid`. Rows
 * of a data frame are a request each. The deployment that answered is the end of `source`.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-collect-production-data
 */
export const azureCollector = exchangeImporter({
  format: 'azure-collector',
  fields: (options) => [
    text('event_type', 'type'),
    text('source', 'source'),
    { column: 'body', path: pathOf(options.fields.input), as: 'json' },
    text('plain_body', ...pathOf(options.fields.input)),
    text('in_blob', 'datainblob'),
  ],
  line: (options, told) => {
    const isInput = `regexp_matches(event_type, '^azureml\\.inference\\.(?:model_)?(?:inputs|request)$')`;
    const isOutput = `regexp_matches(event_type, '^azureml\\.inference\\.(?:model_)?(?:outputs|response)$')`;
    // A body that was too large, or no text, is in a file of its own, and this is the address of it.
    const inBlob = `lower(coalesce(in_blob, 'false')) = 'true'`;
    const data = `CASE WHEN NOT ${inBlob} THEN CASE WHEN json_valid(plain_body) THEN plain_body ELSE body END END`;
    const asRows = `CASE WHEN ${data} LIKE '[%' AND json_type(${data}, '$[0]') = 'OBJECT' THEN '{"instances":' || ${data} || '}' ELSE ${data} END`;
    return {
      kind: `CASE WHEN ${isInput} THEN 'request' WHEN ${isOutput} THEN 'response' END`,
      servedBy: options.fields.served === undefined ? deployment : told.servedBy,
      input: { text: `CASE WHEN ${isInput} THEN ${asRows} END`, csv: 'false' },
      output: { text: `CASE WHEN ${isOutput} AND NOT ${inBlob} THEN coalesce(${data}, 'null') END`, csv: 'false' },
      component: `CASE WHEN event_type LIKE '%.request' OR event_type LIKE '%.response' THEN 'payload' ELSE 'model' END`,
    };
  },
  textAt: (path) => (path === 'deployment' ? { path: ['source'], textSql: deploymentSql } : undefined),
});

function deploymentSql(source: string): string {
  return `nullif(regexp_extract(${source}, '/deployments/([^/]+)', 1), '')`;
}

const deployment = deploymentSql('source');
