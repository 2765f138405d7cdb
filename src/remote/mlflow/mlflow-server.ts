import { unusableFile } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject, listOf } from '../../domain/remote/json-answer.ts';
import type { FromEnvironment } from '../../domain/remote/secret.ts';
import { type RemoteAccess, secretOf } from '../http/access.ts';
import { type Answer, call } from '../http/call.ts';

/** A tracking server, and what it is asked with. */
export interface MlflowServer {
  readonly access: RemoteAccess;
  /** Without a trailing slash. */
  readonly url: string;
  readonly token?: FromEnvironment | undefined;
  readonly signal?: AbortSignal;
}

/** One question to its REST API, version 2.0. */
interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/2.0/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

/**
 * Asks the server and reads its JSON; undefined where what is asked for does not exist.
 * @see https://mlflow.org/docs/latest/api_reference/rest-api.html
 * @throws UserError (exit 5) where it does not answer, or refuses
 */
export async function askMlflow(server: MlflowServer, question: Question): Promise<JsonObject | undefined> {
  const { body } = question;
  const answer = await send(server, question, body === undefined ? undefined : JSON.stringify(body));
  if (answer === undefined) return undefined;
  try {
    return objectOf(JSON.parse(answer.body.toString('utf8') || '{}'));
  } catch {
    throw unusableFile(`${nameOf(server)} did not answer with JSON to ${question.path}`, {
      hint: 'Write the address of a tracking server, as in MLFLOW_TRACKING_URI.',
    });
  }
}

/** The bytes of a file that the server serves from `mlflow-artifacts`. @throws UserError (exit 5) */
export async function fetchMlflowFile(server: MlflowServer, path: string): Promise<Buffer> {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  const answer = await send(server, { method: 'GET', path: `mlflow-artifacts/artifacts/${escaped}` }, undefined);
  if (answer !== undefined) return answer.body;
  throw unusableFile(`${nameOf(server)} has no file ${path}`, { hint: 'Nothing was added to the registry.' });
}

async function send(
  server: MlflowServer,
  { method, path, query }: Question,
  body: string | undefined,
): Promise<Answer | undefined> {
  const { access, url, token, signal } = server;
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const what = nameOf(server);
  const answer = await call(access, {
    method,
    url: `${url}/api/2.0/${path}${search}`,
    what,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${secretOf(access, token, 'the MLflow server')}` }),
    },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status < 300) return answer;
  const told = errorOf(answer);
  if (answer.status === 404 && told.code !== '') return undefined;
  throw refused(what, answer.status, path, told.message);
}

/** MLflow says what is wrong as `error_code` and `message`; a 404 without them is no MLflow. */
function errorOf({ body }: Answer): { readonly code: string; readonly message: string } {
  try {
    const { error_code: code, message } = objectOf(JSON.parse(body.toString('utf8')));
    return { code: textIn(code) ?? '', message: textIn(message) ?? '' };
  } catch {
    return { code: '', message: '' };
  }
}

function refused(what: string, status: number, path: string, message: string): Error {
  if (status === 401 || status === 403) {
    return unusableFile(`${what} refuses the credentials (${status})`, {
      hint: 'Write token: { env: MLFLOW_TRACKING_TOKEN } and set the variable to a token that may change the model.',
    });
  }
  const said = message === '' ? '' : `: ${message.slice(0, 300)}`;
  return unusableFile(`${what} answered ${status} to ${path}${said}`, {
    hint: status === 404 ? 'Write the address of a tracking server, as in MLFLOW_TRACKING_URI.' : undefined,
  });
}

export function nameOf({ url }: Pick<MlflowServer, 'url'>): string {
  return `the MLflow server ${new URL(url).host}`;
}

export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function objectsOf(value: unknown): readonly JsonObject[] {
  return listOf(value).map(objectOf);
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Tags as `[{ key, value }]`. */
export function tagsIn(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    objectsOf(value).flatMap(({ key, value: text }) =>
      typeof key === 'string' && typeof text === 'string' ? [[key, text] as const] : [],
    ),
  );
}
