import type { Evidence } from '../../domain/evidence.ts';
import type { NotifyEvent } from '../../domain/remote/notify.ts';
import type { HistoryEntry, ModelRegistry } from '../../domain/registry.ts';
import { eventId, type RolloutEvent } from '../../remote/notify/event.ts';

const eventOfAction: Readonly<Partial<Record<HistoryEntry['action'], NotifyEvent>>> = {
  enter: 'promote',
  complete: 'complete',
  rollback: 'rollback',
  'step-down': 'step-down',
  look: 'hold-new',
};

/**
 * What the registry's history says happened to a rollout after a revision. It follows from the history alone, so that whoever tells it again
 * tells it under the same id.
 * @param evidenceOf the evidence of a stage, where it is at hand
 */
export function eventsOf(
  registry: ModelRegistry,
  plan: string,
  since: number,
  evidenceOf: (stage: string) => Evidence | undefined,
): RolloutEvent[] {
  const record = registry.rollouts[plan];
  if (record === undefined) return [];
  const { baseline, candidate } = record;
  let weight = 0;
  return registry.history.flatMap((entry): RolloutEvent[] => {
    if (entry.rollout !== plan) return [];
    const before = weight;
    weight = weightAfter(entry, before);
    const event = eventOfAction[entry.action];
    if (event === undefined || entry.revision <= since) return [];
    const look = record.looks.find(({ at, stage }) => at === entry.at && stage === entry.stage);
    const digest = look?.evidence.replace(/^sha256:/u, '');
    const found = entry.stage === undefined ? undefined : evidenceOf(entry.stage);
    const evidence = found !== undefined && found.digest === digest ? found : undefined;
    return [
      {
        id: eventId({ model: registry.model, plan, revision: entry.revision, event, evidence: digest }),
        revision: entry.revision,
        event,
        model: registry.model,
        plan,
        at: entry.at,
        ...(entry.stage === undefined ? {} : { stage: entry.stage }),
        ...(look === undefined ? {} : { verdict: look.verdict }),
        reasons: [...(entry.reason === undefined ? [] : [entry.reason]), ...(evidence?.verdict.reasons ?? [])],
        weight: { before, after: weight },
        versions: { baseline, candidate },
        ...(digest === undefined ? {} : { evidence: digest }),
        ...(entry.by === undefined ? {} : { by: entry.by }),
      },
    ];
  });
}

/** The candidate's share after a change, which entries tell of stages that were entered. */
function weightAfter({ action, weight }: HistoryEntry, before: number): number {
  if (action === 'rollback') return 0;
  if (action === 'complete') return 1;
  return weight ?? before;
}
