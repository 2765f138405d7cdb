import { isJsonObject } from '../../domain/remote/json-answer.ts';
import { messageOf, unusableFile } from '../../domain/errors.ts';

/** What CloudWatch answered to one query: a value for each period that has one. */
export interface QueryAnswer {
  readonly id: string;
  /** `Complete` where everything is there. */
  readonly status: string;
  readonly values: readonly (readonly [at: string, value: number])[];
  /** What it says of this answer. */
  readonly messages: readonly string[];
}

/** What `aws cloudwatch get-metric-data` prints. */
export interface Answers {
  /** In their order: where pages were joined, an id has several. */
  readonly results: readonly QueryAnswer[];
  /** What it says of the whole. */
  readonly messages: readonly string[];
}

/**
 * Reads the JSON that `aws cloudwatch get-metric-data` prints.
 * Source: "GetMetricData", Amazon CloudWatch API Reference.
 * @throws UserError (exit 5) where it is not that
 */
export function parseAnswers(source: string, text: string): Answers {
  const document = parsed(source, text);
  const results = isJsonObject(document) ? document['MetricDataResults'] : undefined;
  if (!isJsonObject(document) || !Array.isArray(results)) throw wrong(source, 'it has no list MetricDataResults');
  const more = document['NextToken'] === undefined ? [] : ['more pages follow (NextToken)'];
  return {
    results: results.map((each: unknown, index) => answerOf(source, each, `MetricDataResults[${index}]`)),
    messages: [...messagesOf(document['Messages']), ...more],
  };
}

function answerOf(source: string, result: unknown, where: string): QueryAnswer {
  if (!isJsonObject(result)) throw wrong(source, `${where} is not a mapping`);
  const { Id: id, StatusCode: status, Timestamps: times, Values: values } = result;
  if (typeof id !== 'string' || id === '') throw wrong(source, `${where} has no Id`);
  if (typeof status !== 'string') throw wrong(source, `${where} (${id}) has no StatusCode`);
  if (!Array.isArray(times) || !Array.isArray(values) || times.length !== values.length)
    throw wrong(source, `${where} (${id}) does not have a time in Timestamps for each of its Values`);
  const pairs = values.map((value: unknown, index) => {
    const at: unknown = times[index];
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw wrong(source, `${where} (${id}) has ${JSON.stringify(value)} among its Values, which is not a number`);
    return [timeOf(source, at, `${where} (${id})`), value] as const;
  });
  return { id, status, values: pairs, messages: messagesOf(result['Messages']) };
}

/** The CLI writes ISO 8601 or, where it is set so, seconds since 1970. */
function timeOf(source: string, at: unknown, where: string): string {
  const time = new Date(typeof at === 'number' ? at * 1000 : typeof at === 'string' ? at : Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw wrong(source, `${where} has ${JSON.stringify(at)} in Timestamps, which is not a time`);
  return time.toISOString();
}

function messagesOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isJsonObject).map(({ Code: code, Value: value }) => [code, value].filter(isText).join(': '));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function parsed(source: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(source, messageOf(error));
  }
}

function wrong(source: string, problem: string): Error {
  return unusableFile(`${source}: not the JSON of aws cloudwatch get-metric-data: ${problem}`, {
    hint: 'Write the file with aws cloudwatch get-metric-data --output json > answers.json.',
  });
}
