import type { ExitCode } from '../domain/exit-code.ts';
import type { World } from '../gate/world.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CommandContext {
  readonly world: World;
  readonly terminal: Terminal;
  /** Sets the code that the program will exit with; 0 where no command sets one. */
  readonly exit: (code: ExitCode) => void;
}
