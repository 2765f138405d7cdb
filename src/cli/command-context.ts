import type { ExitCode } from '../domain/exit-code.ts';
import type { World } from '../gate/world.ts';
import type { GitHubActions } from './github-actions.ts';
import type { Safety } from './safety.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CommandContext {
  readonly world: World;
  readonly terminal: Terminal;
  /** The job of GitHub Actions that this is a step of, if it is one. */
  readonly github: GitHubActions | undefined;
  /** What the options that every command has say of what may be run. */
  readonly safety: Safety;
  /** Sets the code that the program will exit with; 0 where no command sets one. */
  readonly exit: (code: ExitCode) => void;
}
