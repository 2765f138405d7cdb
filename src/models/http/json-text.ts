import { AnswerError } from './exchange.ts';

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
  // A byte order mark is no part of the text, and JSON.parse does not know it.
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
