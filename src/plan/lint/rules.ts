import { shadowBeforeGrowth } from './stages/shadow-before-growth.ts';
import { longWindow } from './long-window.ts';
import { guardedSegments } from './guarded-segments.ts';
import { guardedBusiness } from './guarded-business.ts';
import { editedStages } from './stages/edited-stages.ts';
import { growingSteps } from './stages/growing-steps.ts';
import { freshSalt } from './fresh-salt.ts';
import { decidableGuardrails } from './decidable-guardrails.ts';
import { applicableThreshold } from './applicable-threshold.ts';
import { compatibleSchema } from './compatible-schema.ts';
import { distinctVersions } from './distinct-versions.ts';
import { effectiveBounds } from './effective-bounds.ts';
import { guardedConcerns, guardedQuality } from './guarded-concerns.ts';
import { knownVersions } from './known-versions.ts';
import { measurableMetrics } from './measurable-metrics.ts';
import { recordedHashes } from './recorded-hashes.ts';
import { rollbackInstructions } from './rollback-instructions.ts';
import { rehearsedRollback } from './rehearsed-rollback.ts';
import { plannedEnd } from './stages/planned-end.ts';
import { recordableMetrics } from './recordable-metrics.ts';
import { labelMap, labelNames } from './label-map.ts';
import type { LintRule } from './rule.ts';
import { applicableGuardrails } from './stages/applicable-guardrails.ts';
import { fewUsers } from './exposure/few-users.ts';
import { giantUnit } from './exposure/giant-unit.ts';
import { hurriedStages } from './exposure/hurried-stages.ts';
import { judgedRoutes } from './exposure/judged-routes.ts';
import { otherFeatures } from './exposure/other-features.ts';
import { statefulSessions } from './exposure/stateful-sessions.ts';
import { repeatableAnswers } from './scores/repeatable-answers.ts';
import { scorableAnswers } from './scores/scorable-answers.ts';
import { servedVersions } from './served-versions.ts';
import { smallFirstStep } from './stages/small-first-step.ts';
import { testableMetrics } from './testable-metrics.ts';
import { timedLoad } from './timed-load.ts';
import { versionBump } from './version-bump.ts';

/** Every lint rule, in the order in which documentation lists them. */
export const lintRules: readonly LintRule[] = [
  guardedConcerns,
  guardedQuality,
  guardedBusiness,
  guardedSegments,
  decidableGuardrails,
  effectiveBounds,
  plannedEnd,
  testableMetrics,
  smallFirstStep,
  growingSteps,
  editedStages,
  shadowBeforeGrowth,
  freshSalt,
  longWindow,
  rollbackInstructions,
  rehearsedRollback,
  knownVersions,
  distinctVersions,
  compatibleSchema,
  labelMap,
  labelNames,
  measurableMetrics,
  scorableAnswers,
  repeatableAnswers,
  applicableGuardrails,
  recordableMetrics,
  applicableThreshold,
  timedLoad,
  servedVersions,
  judgedRoutes,
  statefulSessions,
  hurriedStages,
  fewUsers,
  giantUnit,
  otherFeatures,
  versionBump,
  recordedHashes,
];
