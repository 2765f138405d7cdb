import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import { withHistory } from '../file/hash-chain.ts';
import { isMove } from '../file/rollout-state.ts';
import type { Person } from './transition.ts';

/** Whether a plan has commands that bring traffic to a router; `unknown` where a change was made without a plan. */
export type HasCommands = boolean | 'unknown';

/**
 * The registry after a change, saying of traffic that has moved that it is not applied yet. It is written with the change, so
 * that a stop before or during the commands leaves the truth behind.
 */
export function withPendingApply(before: ModelRegistry, after: ModelRegistry, commands: HasCommands): ModelRegistry {
  const last = after.history.at(-1);
  if (last === undefined || !isMove(last)) return after;
  const { applied: _stale, ...rest } = after;
  const isPending = commands === 'unknown' ? before.applied !== undefined : commands;
  return isPending ? { ...rest, applied: false } : rest;
}

/** The registry once the commands have brought its traffic to the router. */
export function recordApplied(registry: ModelRegistry, at: string, person: Person = {}): ModelRegistry {
  const { version, rollout, stage } = lastMove(registry) ?? {};
  if (version === undefined) throw new Error('only a change that moved traffic is applied');
  return withHistory(
    { ...registry, applied: true },
    {
      at,
      action: 'apply',
      version,
      ...(rollout === undefined ? {} : { rollout }),
      ...(stage === undefined ? {} : { stage }),
      ...person,
    },
  );
}

/** What the commands read on standard input: the state to bring about, and the change that led to it. */
export interface AppliedChange {
  readonly schemaVersion: 1;
  readonly model: string;
  readonly revision: number;
  readonly traffic: Readonly<Record<string, number>>;
  readonly aliases: Readonly<Record<string, string>>;
  /** Absent where nothing has moved yet. */
  readonly change?: Pick<HistoryEntry, 'action' | 'at' | 'version' | 'rollout' | 'stage' | 'weight'>;
}

/** The document for the commands. It tells the whole state, so that applying it twice or skipping one does no harm. */
export function changeToApply(registry: ModelRegistry): AppliedChange {
  const { model, revision, traffic, aliases } = registry;
  const move = lastMove(registry);
  const state = { schemaVersion: 1, model, revision, traffic, aliases } as const;
  if (move === undefined) return state;
  const { action, at, version, rollout, stage, weight } = move;
  const place = { ...(rollout === undefined ? {} : { rollout }), ...(stage === undefined ? {} : { stage }) };
  return { ...state, change: { action, at, version, ...place, ...(weight === undefined ? {} : { weight }) } };
}

function lastMove({ history }: ModelRegistry): HistoryEntry | undefined {
  return history.findLast(isMove);
}
