import { UserError } from '../../src/domain/errors.ts';
import type { Decision, ModelRegistry, ModelVersion, VersionStatus } from '../../src/domain/registry.ts';
import { applyVerdict } from '../../src/registry/change/apply-verdict.ts';
import type { DecidedOn } from '../../src/registry/store/registry-store.ts';
import type { RecordedLook, RolloutChange, WeightedStage } from '../../src/registry/change/transition.ts';

export function version(status: VersionStatus, name: string): ModelVersion {
  return {
    status,
    createdAt: '2026-09-14T08:00:00.000Z',
    description: `Version ${name}.`,
    artifact: { runtime: 'tfjs', path: `models/intent-classifier/${name}`, sha256: '4'.repeat(64) },
    data_hash: `sha256:${'a'.repeat(64)}`,
    code_hash: `sha256:${'b'.repeat(64)}`,
    signature: {
      input: { kind: 'tensor', shape: [256] },
      output: { kind: 'classification', labels: ['refund', 'greeting'] },
    },
    metrics: { accuracy: 0.91 },
  };
}

/** As a person starts one: 1.4.2 serves everybody. */
export const startingRegistry: ModelRegistry = {
  schemaVersion: 1,
  model: 'intent-classifier',
  revision: 0,
  aliases: { stable: '1.4.2' },
  traffic: { '1.4.2': 1 },
  versions: {
    '1.4.2': version('stable', '1.4.2'),
    '1.5.0': version('registered', '1.5.0'),
    '1.6.0': version('registered', '1.6.0'),
  },
  rollouts: {},
  history: [],
};

export const stages: readonly WeightedStage[] = [
  { name: 'shadow', weight: 0 },
  { name: 'canary-5', weight: 0.05 },
  { name: 'half', weight: 0.5 },
  { name: 'full', weight: 1 },
];

export const rollout = { name: 'intent-1.5.0', baseline: '1.4.2', candidate: '1.5.0' };
export const otherRollout = { name: 'intent-1.6.0', baseline: '1.4.2', candidate: '1.6.0' };
export const laterRollout = { name: 'intent-1.6.0-later', baseline: '1.5.0', candidate: '1.6.0' };

/** A change of the rollout that was decided on at a revision. */
export function decidedOn(revision: number): DecidedOn {
  return { revision, rollout: rollout.name };
}

/** Acting on a look at a stage of the plan. */
export function changeAt(stageName: string, changed: Partial<RolloutChange> = {}): RolloutChange {
  const stage = stages.find(({ name }) => name === stageName) ?? { name: stageName, weight: 0.1 };
  return {
    rollout,
    stage,
    stages,
    at: '2026-11-05T08:00:00.000Z',
    look: lookOf('increase'),
    ...changed,
  };
}

export function lookOf(verdict: Decision): RecordedLook {
  return { look: 1, verdict, evidence: `sha256:${'e'.repeat(64)}`, tests: 4, plannedUnits: 1000 };
}

/** The registry after entering stages one after the other. */
export function entered(names: readonly string[], versions = rollout, registry = startingRegistry): ModelRegistry {
  return names.reduce((before, name) => act(before, 'increase', name, versions), registry);
}

export function act(registry: ModelRegistry, verdict: Decision, stage: string, versions = rollout): ModelRegistry {
  return applyVerdict(registry, verdict, changeAt(stage, { rollout: versions, look: lookOf(verdict) }));
}

export const allStages = stages.map(({ name }) => name);

export function statusesOf({ versions }: ModelRegistry): Record<string, VersionStatus> {
  return Object.fromEntries(Object.entries(versions).map(([name, { status }]) => [name, status]));
}

/** What a refused transition says; a transition that is not refused with exit 5 fails the test. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 5) return `${error.message}. ${error.hint}`;
    throw error;
  }
  throw new Error('it was not refused');
}
