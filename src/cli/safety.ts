import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { invalidInput, unusableFile } from '../domain/errors.ts';
import type { World } from '../gate/world.ts';

interface SafetyOptions {
  readonly run: boolean;
  readonly trusted?: string;
  readonly work?: string;
  readonly allowEnv?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly maxArtifact?: string;
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
    const { run, allowEnv, allowHost, maxArtifact } = this.#options;
    const size =
      maxArtifact === undefined
        ? sizeWritten('CANARY_MAX_ARTIFACT', this.#environment['CANARY_MAX_ARTIFACT'])
        : sizeWritten('--max-artifact', maxArtifact);
    return {
      run: run && !isSet('CANARY_NO_RUN', this.#environment['CANARY_NO_RUN']),
      ...(allowEnv === undefined ? {} : { variables: allowEnv }),
      ...(allowHost === undefined ? {} : { hosts: allowHost }),
      ...(size === undefined ? {} : { artifactBytes: size }),
      environment: this.#environment,
    };
  }

  get trusted(): string | undefined {
    const { trusted } = this.#options;
    return trusted === undefined ? undefined : resolve(this.#cwd, trusted);
  }

  /** Where everything is kept that is not beside the plan. */
  get work(): string | undefined {
    const work = this.#options.work ?? this.#environment['CANARY_WORK'];
    return work === undefined || work === '' ? undefined : resolve(this.#cwd, work);
  }

  /** Gives every command the options. */
  addOptions(program: Command): void {
    program
      .option(
        '--no-run',
        'run nothing: no code of an artifact, no program, no server; see docs/security.md (CANARY_NO_RUN=1)',
      )
      .option('--trusted <dir>', 'read plans and registries from this checkout instead, at the same paths')
      .option('--work <dir>', 'keep evidence and outcomes here instead of in .canary beside the plan (CANARY_WORK)')
      .option('--allow-env <name>', 'an environment variable that headers and programs may use; repeatable', collect)
      .option('--allow-host <host>', 'a host that canary may send requests to; repeatable', collect)
      .option('--max-artifact <size>', 'the largest total size of an artifact (default: 20GB; CANARY_MAX_ARTIFACT)')
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

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** A size such as `40GB` in bytes; undefined where none is written. @throws UserError (exit 2) */
function sizeWritten(name: string, written = ''): number | undefined {
  if (written === '') return undefined;
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?) ?([MGT]B)$/u.exec(written) ?? [];
  const size = Number(count) * (units[unit] ?? Number.NaN);
  if (size > 0) return size;
  throw invalidInput(`${name} ${written} is not a size`, {
    hint: 'Write a size such as 40GB; MB and TB work too.',
  });
}
