import type { Finding } from '../../documents/findings.ts';
import { child, choiceOf, nodeAt, numberOf, textOf, type TreeNode } from '../../documents/tree.ts';
import type { Load } from '../../domain/load.ts';
import type { ReplaySettings } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import { readDuration } from './quantity.ts';
import { readAt, sectionOf, type SectionReading } from './section.ts';

/** Reads how recorded requests are sent through the versions, and checks that its load says something. */
export function readReplay(root: TreeNode): SectionReading<ReplaySettings | undefined> {
  const defaults = planDefaults.replay;
  const replay = nodeAt(root, ['replay']);
  const timeout = readAt(root, ['replay', 'timeout'], readDuration, { otherwise: defaults.timeout });
  const rate = child(replay, 'rate');
  const needed = {
    latency: choiceOf(child(replay, 'latency'), ['measured', 'recorded']) ?? defaults.latency,
    latencyRequests: numberOf(child(replay, 'latencyRequests')) ?? defaults.latencyRequests,
    pairs: numberOf(child(replay, 'pairs')) ?? defaults.pairs,
    batch: numberOf(child(replay, 'batch')) ?? defaults.batch,
    seed: numberOf(child(replay, 'seed')) ?? defaults.seed,
    timeoutMs: timeout.value,
  };
  const ofLoad = {
    concurrency: numberOf(child(replay, 'concurrency')),
    rate: numberOf(rate) ?? choiceOf(rate, ['recorded'] as const),
    speedup: numberOf(child(replay, 'speedup')),
    repeats: numberOf(child(replay, 'repeats')),
  };
  return { value: sectionOf(needed, ofLoad), findings: [...timeout.findings, ...checkLoad(replay)] };
}

function checkLoad(replay: TreeNode | undefined): Finding[] {
  const rate = child(replay, 'rate');
  return [
    ...(child(replay, 'speedup') !== undefined && textOf(rate) !== 'recorded'
      ? [misplaced('speedup', "only the log's own times can be sped up", 'write rate: recorded beside it')]
      : []),
    ...(rate !== undefined && textOf(child(replay, 'latency')) === 'recorded'
      ? [misplaced('rate', 'nothing is sent when the latency is recorded', 'write latency: measured, or no rate')]
      : []),
  ];
}

function misplaced(key: string, why: string, hint: string): Finding {
  return { path: ['replay', key], rule: 'invalid-value', message: `${key}: ${why}`, hint };
}

/** How a plan wants requests to come while they are timed. */
export function loadOf({ rate, concurrency, speedup = 1 }: ReplaySettings): Load {
  if (rate !== undefined) return { kind: 'open', rate, speedup, concurrency: concurrency ?? null };
  if (concurrency !== undefined && concurrency > 1) return { kind: 'closed', concurrency };
  return { kind: 'one-by-one' };
}
