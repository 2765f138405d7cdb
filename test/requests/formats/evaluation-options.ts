import { logFormatTraits, type LogFormat } from '../../../src/domain/log/log-format.ts';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';

/** How the texts of two versions are read from an evaluation, with the score `helpful`. */
export function evaluationOptions(format: LogFormat, changes: Partial<ReadOptions> = {}): Partial<ReadOptions> {
  const scores = [{ name: 'helpful', from: 'outcome' } as const];
  return {
    format,
    fields: logFormatTraits[format].fields,
    recorded: { baseline: '1.0.0', candidate: '1.1.0' },
    values: { answers: {}, free: 'text', fine: [] },
    wantedValues: { numbers: ['input_tokens', 'output_tokens', 'first_token_ms'], kpis: [], scores },
    ...changes,
  };
}
