import type { ModelRegistry } from '../../domain/registry.ts';
import { mirroredAliases, type MlflowMirror } from '../../domain/remote/mirror.ts';
import type { RegisteredModel } from '../../remote/mlflow/registered-model.ts';

/** The tag of the registered model in which canary keeps where it put each alias. */
export const aliasesTag = 'canary.aliases';

/** An alias of MLflow as it is and as it should be; a version is MLflow's number, undefined where the alias is not set. */
export interface AliasState {
  readonly alias: string;
  readonly now: string | undefined;
  readonly wanted: string | undefined;
  /** What canary's registry calls the wanted version. */
  readonly version: string | undefined;
  /** Somebody else put it where it is. */
  readonly byHand: boolean;
}

/** A tag of a version that is to be written. */
export interface TagChange {
  /** MLflow's number. */
  readonly number: string;
  readonly tag: readonly [key: string, value: string];
}

/** All that MLflow should show of a registry, against what it shows. */
export interface MirroredState {
  readonly aliases: readonly AliasState[];
  readonly tags: readonly TagChange[];
  /** Versions of the registry that have an alias and that MLflow does not have. */
  readonly missing: readonly string[];
}

/** Compares a registry with the registered model that follows it. */
export function mirroredState(registry: ModelRegistry, mirror: MlflowMirror, model: RegisteredModel): MirroredState {
  const numbers = new Map(model.versions.map(({ version, number }) => [version, number]));
  const put = putBefore(model.tags[aliasesTag]);
  const aliases = mirroredAliases.flatMap((name): AliasState[] => {
    const alias = mirror.aliases[name];
    if (alias === undefined) return [];
    const version = registry.aliases[name];
    const wanted = version === undefined ? undefined : numbers.get(version);
    const now = model.aliases[alias];
    const isOurs = now === undefined || (put[alias] ?? []).includes(now);
    return [{ alias, now, wanted, version, byHand: now !== wanted && !isOurs }];
  });
  const missing = aliases.flatMap(({ version, wanted }) =>
    version !== undefined && wanted === undefined ? [version] : [],
  );
  return { aliases, missing, tags: tagChanges(registry, model) };
}

/** Where canary put aliases: to the first version, or on the way to the second when it was ended. */
export function putBefore(tag: string | undefined): Readonly<Record<string, readonly string[]>> {
  try {
    const written: unknown = JSON.parse(tag ?? '{}');
    if (typeof written !== 'object' || written === null) return {};
    return Object.fromEntries(
      Object.entries(written).map(([alias, numbers]: [string, unknown]) => [
        alias,
        Array.isArray(numbers) ? numbers.filter((number) => typeof number === 'string') : [],
      ]),
    );
  } catch {
    return {};
  }
}

function tagChanges(registry: ModelRegistry, { versions }: RegisteredModel): TagChange[] {
  return versions.flatMap(({ version, number, tags }) => {
    const entry = Object.hasOwn(registry.versions, version) ? registry.versions[version] : undefined;
    if (entry === undefined) return [];
    const [rollout, record] =
      Object.entries(registry.rollouts).findLast(([, { candidate }]) => candidate === version) ?? [];
    const wanted: Readonly<Record<string, string | undefined>> = {
      'canary.status': entry.status,
      'canary.weight': String(registry.traffic[version] ?? 0),
      'canary.rollout': rollout,
      'canary.evidence': record?.looks.at(-1)?.evidence,
    };
    return Object.entries(wanted).flatMap(([key, value]) =>
      value === undefined || tags[key] === value ? [] : [{ number, tag: [key, value] as const }],
    );
  });
}
