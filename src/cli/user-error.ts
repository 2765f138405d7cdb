import type { UserError } from '../domain/errors.ts';
import type { Terminal } from './terminal.ts';

/** Prints a failure that the user can act on: its message, its findings and what to do instead. */
export async function tellUserError(error: UserError, terminal: Terminal): Promise<void> {
  const { userErrorText } = await import('../report/findings-text.ts');
  terminal.diagnostic(userErrorText(error, terminal.errorStyle));
}
