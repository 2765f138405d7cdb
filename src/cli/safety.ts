import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { invalidInput, unusableFile } from '../domain/errors.ts';
import type { World } from '../gate/world.ts';

interface SafetyOptions {
  readonly run: boolean;
  readonly trusted?: string;
  readonly allowEnv?: readonly string[];
  readonly allowHost?: readonly string[];
}

/** What a rollout may do on this machine, as the person who runs canary says; set once the command line is read. */
export class Safety {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #cwd: string;
  #options: SafetyOptions = { run: true };

  constructor(environment: NodeJS.ProcessEnv, cwd: string) {
    this.#environment = environment;
    this.#cwd = cwd;
  }

  get permissions(): World['permissions'] {
    const { run, allowEnv, allowHost } = this.#options;
    return {
      run: run && !isSet('CANARY_NO_RUN', this.#environment['CANARY_NO_RUN']),
      ...(allowEnv === undefined ? {} : { variables: allowEnv }),
      ...(allowHost === undefined ? {} : { hosts: allowHost }),
      environment: this.#environment,
    };
  }

  get trusted(): string | undefined {
    const { trusted } = this.#options;
    return trusted === undefined ? undefined : resolve(this.#cwd, trusted);
  }

  /** Gives every command the options. */
  addOptions(program: Command): void {
    program
      .option(
        '--no-run',
        'run nothing: no code of an artifact, no program, no server; see docs/security.md (CANARY_NO_RUN=1)',
      )
      .option('--trusted <dir>', 'read plans and registries in this checkout, at the same paths')
      .option('--allow-env <name>', 'a variable that headers and programs may use; repeatable', collect)
      .option('--allow-host <host>', 'a host that may be asked; repeatable', collect)
      .hook('preAction', () => {
        this.#options = program.opts<SafetyOptions>();
        const { trusted } = this;
        if (trusted !== undefined && !existsSync(trusted)) throw unusableFile(`--trusted: ${trusted} does not exist`);
        // Wrong words are told before anything is done.
        void this.permissions;
      });
  }
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function isSet(name: string, value = ''): boolean {
  if (value === '1' || value === 'true') return true;
  if (value === '' || value === '0' || value === 'false') return false;
  throw invalidInput(`${name} is ${JSON.stringify(value)}`, { hint: `Write ${name}=1 to run nothing, or unset it.` });
}
