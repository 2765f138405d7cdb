import { compatibleSchema } from './compatible-schema.ts';
import { distinctVersions } from './distinct-versions.ts';
import { effectiveBounds } from './effective-bounds.ts';
import { guardedConcerns } from './guarded-concerns.ts';
import { knownVersions } from './known-versions.ts';
import { measurableMetrics } from './measurable-metrics.ts';
import { recordedHashes } from './recorded-hashes.ts';
import { rollbackInstructions } from './rollback-instructions.ts';
import { rehearsedRollback } from './rehearsed-rollback.ts';
import { recordableMetrics } from './recordable-metrics.ts';
import type { LintRule } from './rule.ts';
import { servedVersions } from './served-versions.ts';
import { smallFirstStep } from './small-first-step.ts';
import { versionBump } from './version-bump.ts';

/** Every lint rule, in the order in which documentation lists them. */
export const lintRules: readonly LintRule[] = [
  guardedConcerns,
  effectiveBounds,
  smallFirstStep,
  rollbackInstructions,
  rehearsedRollback,
  knownVersions,
  distinctVersions,
  compatibleSchema,
  measurableMetrics,
  recordableMetrics,
  servedVersions,
  versionBump,
  recordedHashes,
];
