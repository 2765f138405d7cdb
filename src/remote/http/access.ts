import { unusableFile } from '../../domain/errors.ts';
import type { FromEnvironment } from '../../domain/remote/secret.ts';

/** What the person who runs canary lets it ask of other systems. */
export interface RemoteAccess {
  /** Whether any server may be asked. */
  readonly run: boolean;
  /** Variables of the environment that may be used; all that a plan names where absent. */
  readonly variables?: readonly string[];
  /** Hosts that may be asked, as `HOST` or `HOST:PORT`; any where absent. */
  readonly hosts?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The value of a variable that a plan names.
 * @param what the key of the plan, for the message
 * @throws UserError (exit 5) where it is unset, empty, or not to be used
 */
export function secretOf({ environment, variables }: RemoteAccess, { env }: FromEnvironment, what: string): string {
  if (variables?.includes(env) === false) {
    throw unusableFile(`${what} needs the environment's ${env}, but no --allow-env names it`, {
      hint: `If it may be used, add --allow-env ${env}`,
    });
  }
  const value = environment[env]?.trim() ?? '';
  if (value !== '') return value;
  throw unusableFile(`${what} needs the environment variable ${env}, which is not set`, {
    hint: `Set ${env} where canary runs; its value is never printed.`,
  });
}

/** @throws UserError (exit 5) where no server, or not this one, may be asked */
export function requireHost({ run, hosts }: RemoteAccess, url: URL, what: string): void {
  if (!run) {
    throw unusableFile(`${what} would ask ${url.host}, but --no-run asks no server`, {
      hint: 'Leave --no-run out where the plan is trusted.',
    });
  }
  if (hosts === undefined || hosts.includes(url.host) || hosts.includes(url.hostname)) return;
  throw unusableFile(`${what} asks ${url.host}, but no --allow-host names it`, {
    hint: `If that host may be asked, add --allow-host ${url.host}`,
  });
}
