import { stringify } from 'csv-stringify/sync';
import type { InputSignature } from '../../../domain/registry.ts';
import { type OpenExchange, AnswerError, isObject, parseAnswer } from '../exchange.ts';
import { bodyTemplate } from '../body-template.ts';
import { columnsOf, onlyItem, scoringServer } from './server-facts.ts';

/**
 * A SageMaker container as it runs locally: `GET /ping`, and `POST /invocations` in one of three content types.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
 */
export const sagemakerLocal: OpenExchange = async ({ format = 'application/json', body }, signature, root, ask) => {
  const server = await scoringServer(root, ask);
  const template = body === undefined ? undefined : bodyTemplate(body);
  const write = (input: unknown, id: string): string => {
    if (format === 'text/csv') return csvRow(input, signature.input);
    const value = template === undefined ? input : template({ input, id });
    if (format === 'application/jsonlines') return `${JSON.stringify(value)}\n`;
    return JSON.stringify(body === undefined ? [value] : value);
  };
  return {
    server: '',
    path: `${server}/invocations`,
    headers: { 'content-type': format, accept: format },
    write,
    read: readBody,
  };
};

/** One row without a header: a record's fields in the signature's order, or a list's items. */
function csvRow(input: unknown, signature: InputSignature | undefined): string {
  const row = isObject(input)
    ? columnsOf(input, signature).map((name) => input[name] ?? '')
    : Array.isArray(input)
      ? input.flat(Infinity)
      : [input];
  return stringify([row], { cast: { boolean: String }, record_delimiter: '' });
}

function readBody(body: string, contentType: string): unknown {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'text/csv') return csvValues(body);
  if (type === 'application/jsonlines') {
    const [line = '', ...more] = body.trim().split('\n');
    if (more.length > 0) throw new AnswerError('bad-response', `${more.length + 1} lines for one request`);
    return parseAnswer(line);
  }
  const answer = parseAnswer(body);
  if (Array.isArray(answer)) return answer.length === 1 ? onlyItem(answer, 'the answer') : answer;
  const predictions = isObject(answer) ? answer['predictions'] : undefined;
  return predictions === undefined ? answer : onlyItem(predictions, 'predictions');
}

/** The values of one row: numbers where they are numbers. */
function csvValues(body: string): unknown {
  const [line = '', ...more] = body.trim().split(/\r?\n/u);
  if (line === '' || more.length > 0) {
    throw new AnswerError(
      'bad-response',
      `${line === '' ? 'an empty answer' : `${more.length + 1} rows`} for one request`,
    );
  }
  const values = line.split(',').map((cell) => {
    const text = cell.trim().replace(/^"(.*)"$/u, '$1');
    if (/^nan$/iu.test(text)) return Number.NaN;
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  });
  return values.length === 1 ? values[0] : values;
}
