import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelRegistry } from '../../src/domain/registry.ts';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { temporaryFolder } from './harness.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const planFile = 'rollouts/after-60-minutes.yaml';
const registryFile = 'intent-classifier.json';

/** The numbers of a stage that are fine, and those with 5% errors. */
const fine = readFileSync(join(root, 'rollouts/after-60-minutes.csv'), 'utf8');
/** The same numbers once half of the users have the candidate. */
const fineAtHalf = fine.replaceAll('36000', '20000').replaceAll('4000', '20000');
const bad = fine.replace('error_rate,candidate,0.55%', 'error_rate,candidate,5%');

/** What lives on where a recipe's commands run: the mounts that it names, a repository, and what the controller says of itself. */
export class RecipeSite {
  /** What outlives a call: the registry's folder and the folder of evidence. */
  readonly registry = join(temporaryFolder(), 'registry');
  readonly state = temporaryFolder();
  /** What `kubectl get … -o jsonpath={.status.NAME}` prints, a file per name. */
  readonly controller = temporaryFolder();
  /** Plan and numbers, as an image or a commit brings them. */
  private readonly image = temporaryFolder();
  private readonly bin = temporaryFolder();

  /** @param half the numbers that the stage half is asked with */
  constructor(half: 'fine' | 'bad') {
    cpSync(join(root, 'fixtures/registry'), this.registry, { recursive: true });
    mkdirSync(join(this.image, 'rollouts'));
    const plan = readFileSync(join(root, planFile), 'utf8');
    writeFileSync(
      join(this.image, planFile),
      plan
        .replace('weight: 50% }', 'weight: 50%, source: at-10.csv }')
        .replace('weight: 1 }', 'weight: 1, source: at-50.csv }'),
    );
    writeFileSync(join(this.image, 'rollouts/at-50.csv'), fineAtHalf);
    writeFileSync(join(this.image, 'rollouts/after-60-minutes.csv'), fine);
    writeFileSync(join(this.image, 'rollouts/at-10.csv'), half === 'fine' ? fine : bad);
    const status = `cat "${this.controller}/$(expr "$*" : '.*{[.]status[.]\\([a-zA-Z]*\\)}')" 2>/dev/null; exit 0`;
    const commands = {
      canary: `exec node ${join(root, 'bin/canary.js')} "$@"`,
      npm: 'exit 0',
      // Whoever waits in a test waits for ever.
      sleep: 'kill -9 $PPID',
      kubectl: `case "$*" in *" abort "*) echo -n true > ${this.controller}/abort ;; *) ${status} ;; esac`,
    };
    for (const [name, line] of Object.entries(commands)) this.executable(join(this.bin, name), line);
  }

  /** A file that the image has beside plan and numbers, which may be run. */
  inImage(name: string, text: string): void {
    this.executable(join(this.image, name), text);
  }

  private executable(path: string, text: string): void {
    writeFileSync(path, text.startsWith('#!') ? text : `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
  }

  /** Says what the controller is at. */
  say(name: 'canaryWeight' | 'phase' | 'abort', value: string | number): void {
    writeFileSync(join(this.controller, name), String(value));
  }

  /** Runs a command as a pod does: the image anew at /canary, with nothing but the two mounts. @returns the exit code */
  async call(script: string, env: Readonly<Record<string, string>> = {}): Promise<number> {
    const fresh = temporaryFolder();
    cpSync(this.image, fresh, { recursive: true });
    mkdirSync(join(fresh, 'fixtures'));
    symlinkSync(this.registry, join(fresh, 'fixtures/registry'));
    const placed = script.replaceAll(/\/canary(?=[\s/])/gu, fresh).replaceAll(/\/state\b/gu, this.state);
    return await this.run([], placed, fresh, { CANARY_WORK: this.state, ...env });
  }

  /** Puts plan, numbers and registry into a repository. */
  commit(): void {
    const first = temporaryFolder();
    cpSync(this.image, first, { recursive: true });
    cpSync(this.registry, join(first, 'fixtures/registry'), { recursive: true });
    const git = (...args: string[]) => execFileSync('git', args, { cwd: first, env: { ...process.env, ...author } });
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'Plan and registry');
    git('clone', '--quiet', '--bare', '.', join(this.state, 'repository'));
  }

  /**
   * Runs a script as a CI system does: in a new clone, with the cache as the only mount.
   * @param checkedOut the newest commit of main, or the first, where a pipeline's later jobs are still at its own commit
   * @returns the exit code
   */
  async job(
    script: string,
    env: Readonly<Record<string, string>>,
    checkedOut: 'main' | 'first commit' = 'main',
  ): Promise<number> {
    const fresh = join(temporaryFolder(), 'clone');
    execFileSync('git', ['clone', '--quiet', join(this.state, 'repository'), fresh]);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: fresh, encoding: 'utf8' }).trim();
    if (checkedOut === 'first commit')
      git('checkout', '--quiet', '--detach', git('rev-list', '--max-parents=0', 'main'));
    const exitCode = await this.run(['-e', '-o', 'pipefail'], script, fresh, {
      CANARY_WORK: join(this.state, 'cache'),
      ...env,
    });
    git('checkout', '--quiet', 'main');
    cpSync(join(fresh, 'fixtures/registry', registryFile), join(this.registry, registryFile));
    return exitCode;
  }

  private run(
    shell: readonly string[],
    script: string,
    cwd: string,
    env: Readonly<Record<string, string>>,
  ): Promise<number> {
    const args = ['--noprofile', '--norc', ...shell, '-c', script];
    const environment = { PATH: `${this.bin}:${process.env['PATH']}`, HOME: this.state, CANARY_BY: 'recipe', ...env };
    return new Promise((resolve) => {
      execFile('bash', args, { cwd, env: environment }, (error) =>
        resolve(error === null ? 0 : typeof error.code === 'number' ? error.code : 1),
      );
    });
  }

  /** The candidate's share of the traffic. */
  get share(): number {
    return this.stored.traffic['1.5.0'] ?? 0;
  }

  /** What last moved the rollout. */
  get moves(): readonly string[] {
    return this.stored.history
      .filter(({ action }) => action !== 'look' && action !== 'add')
      .map(({ action, stage }) => (action === 'rollback' ? action : `${action} ${stage}`));
  }

  private get stored(): ModelRegistry {
    const file = join(this.registry, registryFile);
    return parseRegistry(readFileSync(file, 'utf8'), file);
  }
}

const author = {
  GIT_AUTHOR_NAME: 'recipe',
  GIT_AUTHOR_EMAIL: 'recipe@example.com',
  GIT_COMMITTER_NAME: 'recipe',
  GIT_COMMITTER_EMAIL: 'recipe@example.com',
};
