import { unusableFile } from '../../../domain/errors.ts';
import type { InputSignature } from '../../../domain/registry.ts';
import { AnswerError, type Ask, isObject, beginning, parseAnswer } from '../exchange.ts';

/** What a server says at a path, as an object; null where it has nothing there, or nothing that is JSON. */
export async function factsAt(ask: Ask, path: string): Promise<Readonly<Record<string, unknown>> | null> {
  const { status, body } = await ask(path);
  refuseStatus(path, status, body, [400, 404, 405, 501]);
  if (status >= 300) return null;
  try {
    const facts = parseAnswer(body);
    return isObject(facts) ? facts : null;
  } catch (error) {
    if (error instanceof AnswerError) return null;
    throw error;
  }
}

/**
 * Takes a status as the answer to "are you there and ready?".
 *
 * @param passing statuses of failure that say nothing about that
 * @throws UserError (exit 5)
 */
export function refuseStatus(path: string, status: number, body: string, passing: readonly number[] = []): void {
  if (status < 300 || passing.includes(status)) return;
  throw unusableFile(`its server answers ${path} with status ${status}: ${beginning(body)}`, {
    hint:
      status === 401 || status === 403
        ? 'Check artifact.headers in the registry and the variables that they name.'
        : 'Check artifact.url and artifact.model in the registry, and whether the model is loaded and ready.',
  });
}

/**
 * Where the server of an `/invocations` endpoint is, once it has said that it is there.
 *
 * @param root path of the endpoint, with or without `/invocations`
 * @throws UserError (exit 5) where it is not ready
 */
export async function scoringServer(root: string, ask: Ask): Promise<string> {
  const server = root.replace(/\/invocations$/u, '');
  const ping = await ask(`${server}/ping`);
  // A gateway may forward the invocations and nothing else; it is there all the same.
  refuseStatus(`${server}/ping`, ping.status, ping.body, [404, 405]);
  return server;
}

/** The columns of a record: its signature's fields, in their order, or its own. */
export function columnsOf(record: Readonly<Record<string, unknown>>, signature: InputSignature | undefined): string[] {
  return Object.keys(signature?.kind === 'record' ? signature.fields : record);
}

/** A server's own words, short enough and plain enough to be shown beside a version. */
export function plainWords(...words: readonly unknown[]): string {
  return words
    .filter((word) => typeof word === 'string' || typeof word === 'number')
    .join(' ')
    .replaceAll(/[^\w .:+/-]/gu, '')
    .slice(0, 60)
    .trim();
}

/** The object that a body holds. @throws AnswerError where it is not one, or says that the model failed */
export function answerObject(body: string): Readonly<Record<string, unknown>> {
  const answer = parseAnswer(body);
  if (!isObject(answer)) throw new AnswerError('bad-response', `the answer is not an object: ${beginning(body)}`);
  const failed = answer['error'] ?? answer['error_code'];
  if (failed === undefined || failed === null) return answer;
  throw new AnswerError('model-error', `the model failed: ${beginning(body)}`);
}

/** The one item of a list with one item per record. @throws AnswerError for a list of another length */
export function onlyItem(items: unknown, name: string): unknown {
  if (!Array.isArray(items)) throw new AnswerError('bad-response', `${name} is not a list`);
  if (items.length !== 1) throw new AnswerError('bad-response', `${name} has ${items.length} items for one request`);
  const item: unknown = items[0];
  return item;
}

/** The one record's part of outputs by name, each a list with one item per record. */
export function onlyItems(outputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(outputs).map(([name, items]) => [name, onlyItem(items, name)]));
}
