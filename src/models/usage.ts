import type { Usage } from '../domain/outcome.ts';

/**
 * What answering took, as an answer tells it beside its prediction: `usage` with `input_tokens` and `output_tokens` (or `prompt_tokens` and
 * `completion_tokens`, as OpenAI's servers call them), and `first_token_ms`. What is not a number from 0 on is not told.
 */
export function usageOf(answer: unknown): { readonly usage?: Usage } {
  const told = membersOf(answer);
  const tokens = membersOf(told['usage']);
  const usage: Usage = {
    ...countOf('inputTokens', tokens['input_tokens'] ?? tokens['prompt_tokens']),
    ...countOf('outputTokens', tokens['output_tokens'] ?? tokens['completion_tokens']),
    ...countOf('firstTokenMs', told['first_token_ms']),
  };
  return Object.keys(usage).length === 0 ? {} : { usage };
}

function countOf(name: keyof Usage, value: unknown): Usage {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? { [name]: value } : {};
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
