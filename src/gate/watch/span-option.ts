import { invalidInput } from '../../domain/errors.ts';
import { readDuration, readSpan } from '../../plan/read/quantity.ts';

/** A span of an option, such as `15m` or `30s`, in ms. @throws UserError (exit 2) */
export function spanWritten(option: string, span: string): number {
  const short = readDuration(span);
  const read = short.ok ? short : readSpan(span);
  if (!read.ok) throw invalidInput(`${option} ${span}: ${read.problem}`, { hint: read.hint });
  return read.value;
}
