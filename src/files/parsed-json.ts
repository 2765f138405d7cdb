/**
 * The value of a JSON text that another process may have written, or left half-written.
 * @returns undefined where it is not JSON, which is no value of JSON.
 */
export function parsedJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
