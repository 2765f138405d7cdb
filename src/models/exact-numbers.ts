/**
 * Whole numbers beyond 2^53, such as ids of 64 bits, on their way from the log to a server or a program. JavaScript's numbers
 * would round them, so they travel as texts between two characters that Unicode gives no meaning.
 */
const mark = '\uE0FE';
const markedNumber = /^\uE0FE-?\d+\uE0FE$/u;
const jsonToken = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gu;
/** Alone as JSON writes a text, or within one. */
const written = /"\uE0FE(-?\d+)\uE0FE"|\uE0FE(-?\d+)\uE0FE/gu;

/** `JSON.parse` that keeps such numbers, as texts that `withExactNumbers` takes for what they are. */
export function parseExactly(text: string): unknown {
  const kept = /\d{16}/u.test(text) ? text.replaceAll(jsonToken, markToken) : text;
  const value: unknown = JSON.parse(kept);
  return value;
}

function markToken(token: string): string {
  if (!/^-?\d+$/u.test(token) || Number.isSafeInteger(Number(token))) return token;
  return `"${mark}${token}${mark}"`;
}

/** Whether a value is such a number. */
export function isExactNumber(value: unknown): boolean {
  return typeof value === 'string' && markedNumber.test(value);
}

/** The whole number that such a text stands for; undefined for anything else. */
export function exactInteger(value: unknown): bigint | undefined {
  return typeof value === 'string' && markedNumber.test(value) ? BigInt(value.slice(1, -1)) : undefined;
}

/** A body in which such numbers are numbers again. */
export function withExactNumbers(body: string): string {
  if (!body.includes(mark)) return body;
  return body.replaceAll(written, (_, alone?: string, within?: string) => alone ?? within ?? '');
}
