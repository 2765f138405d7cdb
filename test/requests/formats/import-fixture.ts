import { fileURLToPath } from 'node:url';
import { type LogFormat, logFormatTraits, type RequestFields } from '../../../src/domain/log/log-format.ts';
import type { Role } from '../../../src/domain/role.ts';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';

/** The folder of hand-written logs. */
export const formatFixtures = fileURLToPath(new URL('../../../fixtures/formats', import.meta.url));

/** Options that read a format's log for two recorded versions, `v1` and `v2`, which its names are. */
export function importOptions(
  format: LogFormat,
  fields: Partial<RequestFields>,
  options: Partial<ReadOptions> = {},
): Partial<ReadOptions> {
  const servedAs: Record<string, Role> = { v1: 'baseline', v2: 'candidate' };
  return {
    format,
    fields: { ...logFormatTraits[format].fields, ...fields },
    recorded: { baseline: 'v1', candidate: 'v2' },
    servedAs,
    labels: { baseline: ['other', 'refund'], candidate: ['other', 'refund'] },
    input: true,
    ...options,
  };
}
