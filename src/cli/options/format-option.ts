import { Option } from 'commander';

export type OutputFormat = 'text' | 'json';

/** `--format`, the same on every command that prints a result. */
export function formatOption(): Option {
  return new Option('--format <format>', 'how the result is printed').choices(['text', 'json']).default('text');
}

/** JSON for a pipe: indented, with a final newline. */
export function jsonText(result: unknown): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
