import type { Diagnostic, UserError } from '../domain/errors.ts';
import type { GitHubActions } from './github-actions.ts';
import type { Terminal } from './terminal.ts';

/** Prints a failure that the user can act on: its message, its findings and what to do instead. */
export async function tellUserError(error: UserError, terminal: Terminal, github?: GitHubActions): Promise<void> {
  const { userErrorText } = await import('../report/words/findings-text.ts');
  terminal.diagnostic(userErrorText(error, terminal.errorStyle));
  const { message, hint, diagnostics } = error;
  const whole: Diagnostic = {
    severity: 'error',
    rule: 'canary',
    file: '',
    message,
    ...(hint === undefined ? {} : { hint }),
  };
  await github?.annotate(diagnostics.length > 0 ? diagnostics : [whole]);
}
