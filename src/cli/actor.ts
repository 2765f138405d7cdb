import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import type { Actor } from '../gate/world.ts';

const variables = ['CANARY_BY', 'GITHUB_ACTOR', 'GITLAB_USER_LOGIN'] as const;

/**
 * Who acts, for the record: the name that was given, else the first variable of a pipeline that is set, else git's `user.name` as it
 * is in the folder, else the user of the operating system.
 */
export function actorOf(named: string | undefined, environment: NodeJS.ProcessEnv, cwd: string): Actor {
  const given = named?.trim() ?? '';
  if (given !== '') return { by: given, bySource: '--by' };
  const variable = variables.find((name) => (environment[name]?.trim() ?? '') !== '');
  if (variable !== undefined) return { by: environment[variable]?.trim() ?? '', bySource: variable };
  const configured = gitUser(environment, cwd);
  return configured === '' ? { by: systemUser(), bySource: 'system' } : { by: configured, bySource: 'git' };
}

/** Empty where git is not there or knows no name. */
function gitUser(env: NodeJS.ProcessEnv, cwd: string): string {
  const { stdout } = spawnSync('git', ['config', 'user.name'], { cwd, env, encoding: 'utf8', timeout: 5_000 });
  return (stdout ?? '').trim();
}

/** A container may run as a number that has no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
