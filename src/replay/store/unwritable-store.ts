import { messageOf, systemErrorCode, UserError } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';

/** That this machine cannot write the store, whatever it would write. */
export class UnwritableStore extends UserError {}

/** What to say where the store refuses to be written. */
export function unwritable(folder: string, cause: unknown): UnwritableStore {
  return new UnwritableStore(ExitCode.noVerdict, `The outcome store ${folder} cannot be written: ${messageOf(cause)}`, {
    hint: 'Make the folder writable or free some space; what is finished is kept.',
    cause,
  });
}

/** The same for whatever a write threw: what the system or the database refuses is told, and all else is passed on. */
export function writingError(folder: string, error: unknown): unknown {
  const refused = systemErrorCode(error) !== undefined || messageOf(error).startsWith('IO Error');
  return refused ? unwritable(folder, error) : error;
}
