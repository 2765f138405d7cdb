import type { Usage } from '../domain/outcome.ts';
import { toldIn } from '../domain/scores/answer-numbers.ts';

/**
 * What answering took, as an answer tells it beside its prediction: `usage` with `input_tokens` and `output_tokens` (or `prompt_tokens` and
 * `completion_tokens`, as OpenAI's servers call them), and `first_token_ms`. What is not a number from 0 on is not told.
 */
export function usageOf(answer: unknown): { readonly usage?: Usage } {
  const told = toldIn().map(([name, { paths }]) => [name, firstAt(answer, paths)] as const);
  const usage: Usage = Object.fromEntries(told.filter(([, value]) => isCount(value)));
  return Object.keys(usage).length === 0 ? {} : { usage };
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** What stands at the first of some places that has anything. */
function firstAt(answer: unknown, paths: readonly (readonly string[])[]): unknown {
  const found = paths.map((path) => path.reduce<unknown>((value, step) => membersOf(value)[step], answer));
  return found.find((value) => value !== undefined && value !== null);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
