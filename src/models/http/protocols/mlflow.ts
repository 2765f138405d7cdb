import type { InputSignature } from '../../../domain/registry.ts';
import { type OpenExchange, isObject, parseAnswer } from '../exchange.ts';
import { answerObject, columnsOf, onlyItem, onlyItems, plainWords, scoringServer } from './server-facts.ts';

/**
 * The scoring server of `mlflow models serve`: `/invocations` with a data frame or tensors.
 * https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
 */
export const mlflowScoring: OpenExchange = async ({ format = 'dataframe_split' }, signature, root, ask) => {
  const server = await scoringServer(root, ask);
  const version = await ask(`${server}/version`);
  const write = writers[format] ?? dataframeSplit;
  return {
    server: version.status === 200 ? plainWords('mlflow', version.body.trim()) : '',
    path: `${server}/invocations`,
    headers: { 'content-type': 'application/json' },
    write: (input) => JSON.stringify({ [format]: write(input, signature.input) }),
    read: predictionIn,
  };
};

type WriteInput = (input: unknown, signature: InputSignature | undefined) => unknown;

/** Columns and one row: of a record its fields, in the signature's order; of a list its items; a text is the one column. */
const dataframeSplit: WriteInput = (input, signature) => {
  if (!isObject(input)) return { data: [Array.isArray(input) ? input : [input]] };
  const columns = columnsOf(input, signature);
  return { columns, data: [columns.map((column) => input[column] ?? null)] };
};

const writers: Readonly<Record<string, WriteInput>> = {
  dataframe_split: dataframeSplit,
  dataframe_records: (input) => [input],
  inputs: (input) =>
    isObject(input) ? Object.fromEntries(Object.entries(input).map(([name, value]) => [name, [value]])) : [input],
  instances: (input) => [input],
};

function predictionIn(body: string): unknown {
  const parsed = parseAnswer(body);
  // Servers before MLflow 2 answered with the bare list.
  const predictions = Array.isArray(parsed) ? parsed : answerObject(body)['predictions'];
  return isObject(predictions) ? onlyItems(predictions) : onlyItem(predictions, 'predictions');
}
