import type { HttpEndpoint } from '../../domain/endpoint.ts';
import type { Signature } from '../../domain/registry.ts';
import type { ErrorKind, Usage } from '../../domain/outcome.ts';

/** How one model is asked in its protocol: what a protocol adds to canary. One HTTP request carries one record. */
export interface Exchange {
  /** What the server says of itself and of the model, such as `mlserver 1.3.5, model version 3`; empty where it says nothing. */
  readonly server: string;
  /** Where requests go, from the server's root. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The body of a request.
   *
   * @param input a record's input, or what the version's own `encode` made of it
   * @param id tells the request from all others of this process
   * @throws AnswerError (`model-error`) for an input that does not fit the model's signature
   */
  write(input: unknown, id: string): string;
  /**
   * The model's output in a body that came with a status of success: what `decode` gets, or `readAnswer`.
   *
   * @throws AnswerError for a body that is not an answer to this request
   */
  read(body: string, contentType: string, id: string): unknown;
  /** What answering took, where the protocol tells: tokens, and how many bytes had come once the first one was there. */
  took?(body: string, contentType: string): { readonly usage?: Usage; readonly firstTokenBytes?: number };
}

/** Asks the server a question before the replay. @throws UserError (exit 5) when it gives no answer at all */
export type Ask = (path: string) => Promise<{ readonly status: number; readonly body: string }>;

/**
 * Finds out whether a model is there, and how to ask it.
 *
 * @param root path of `endpoint.url`, without a slash at its end
 * @throws UserError (exit 5) when the model is not there, is not ready, or has another signature than the registry says
 */
export type OpenExchange = (endpoint: HttpEndpoint, signature: Signature, root: string, ask: Ask) => Promise<Exchange>;

/** Why one answer cannot be used; it becomes the outcome of its request. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, detail: string) {
    super(detail);
    this.kind = kind;
  }
}

/** Finds a value within another; undefined where there is none. */
type Reader = (value: unknown) => unknown;

/** A reader of what is at a dotted path such as `prediction.0` or `outputs.label`. */
export function readerAt(path: string): Reader {
  const steps = path.split('.').map(memberReader);
  return (value) => steps.reduce<unknown>((part, step) => step(part), value);
}

/** The value at a dotted path, where it is looked for once; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  return readerAt(path)(value);
}

function memberReader(step: string): Reader {
  const index = /^\d+$/u.test(step) ? Number(step) : undefined;
  return (value) => {
    if (Array.isArray(value)) {
      const item: unknown = index === undefined ? undefined : value[index];
      return item;
    }
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const bare = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/gu;
/** No JSON text contains an unescaped control character, so this mark cannot be part of an answer. */
const mark = '\\u0000canary:';
const marked: ReadonlyMap<unknown, number> = new Map(
  [Number.NaN, Infinity, -Infinity].map((value) => [`\u0000canary:${value}`, value]),
);

/**
 * Reads JSON as servers write it: Python's `json.dumps` writes NaN, Infinity and -Infinity bare, which no standard knows.
 *
 * @throws AnswerError (`bad-response`) for anything else that is not JSON
 */
export function parseAnswer(body: string): unknown {
  // A byte order mark is not a part of the text, and JSON.parse does not know it.
  const text = body.startsWith('\uFEFF') ? body.slice(1) : body;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return parseWithBareNumbers(text);
  }
}

function parseWithBareNumbers(text: string): unknown {
  const quoted = text.replaceAll(bare, (token) => {
    if (token.startsWith('"')) return token;
    return `"${mark}${token === '-NaN' ? 'NaN' : token}"`;
  });
  try {
    const value: unknown = JSON.parse(quoted, (_key, each: unknown) => marked.get(each) ?? each);
    return value;
  } catch {
    throw new AnswerError('bad-response', `the answer is not JSON: ${beginning(text)}`);
  }
}

/** The first words of a body, for a message. */
export function beginning(text: string): string {
  const words = text.replaceAll(/\s+/gu, ' ').trim();
  if (words === '') return 'it is empty';
  const kind = /^<(?:!doctype html|html)/iu.test(words) ? 'an HTML page, ' : '';
  return `${kind}${words.length > 120 ? `${words.slice(0, 120)}…` : words}`;
}
