import type { GuardrailStatus } from '../../../domain/evidence.ts';

/** The page's variables for what a status is drawn in. */
export const statusColor: Readonly<Record<GuardrailStatus, string>> = {
  pass: 'var(--good)',
  breach: 'var(--bad)',
  inconclusive: 'var(--unsure)',
  uncomputable: 'var(--unsure)',
};
