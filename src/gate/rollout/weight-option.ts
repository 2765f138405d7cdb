import { invalidInput } from '../../domain/errors.ts';
import { readFraction } from '../../plan/read/quantity.ts';

/** A weight as `--weight` has it: a fraction or a percentage. @throws UserError (exit 2) */
export function weightWritten(weight: string): number {
  const read = readFraction(/^[\d.]+$/u.test(weight) ? Number(weight) : weight);
  if (!read.ok) throw invalidInput(`--weight ${weight}: ${read.problem}`, { hint: read.hint });
  return read.value;
}
