import { choiceOf, nodeAt, textOf, textsOf, type TreeNode } from '../../documents/tree.ts';
import type { RequestSource, RolloutPlan } from '../../domain/plan.ts';
import type { Finding } from '../../documents/findings.ts';
import { readChecks, readGolden } from './checks.ts';
import { readDecisionCost } from './decision-cost.ts';
import { planDefaults } from './defaults.ts';
import type { ReadBase } from '../extends.ts';
import { readDrift } from './drift.ts';
import { readAssignment } from './exposure/assignment.ts';
import { readRouting } from './exposure/routing.ts';
import { checkWeights } from './exposure/weights.ts';
import { readGuardrails } from './guardrails.ts';
import { validateNames } from './names.ts';
import { readReplay } from './replay.ts';
import { readRequests } from './requests.ts';
import { readPrices } from './scores/prices.ts';
import { readScores } from './scores/scores.ts';
import { readSources } from './remote/sources.ts';
import { sectionOf, type SectionReading, unusedKey } from './section.ts';
import { readCoverage, readRollback, readStatistics } from './settings.ts';
import { readStages } from './stages/stages.ts';
import { readThreshold } from './threshold.ts';
import { readRemoteSettings } from './remote/remote-settings.ts';

/**
 * Reads a whole plan, each section by its own reader: defaults filled in, units turned into ms and proportions. Every list
 * keeps its order; maps mean the same in any order of their keys.
 * @param readFile reads a file beside the plan, by its path from the plan's folder. @throws UserError
 */
export function readPlan(root: TreeNode, readFile: ReadBase): SectionReading<RolloutPlan | undefined> {
  const textAt = (...path: string[]) => textOf(nodeAt(root, path));
  const decisionCost = readDecisionCost(root);
  const scores = readScores(root, readFile);
  const prices = readPrices(root);
  const context = { costs: decisionCost.value, scores: scores.value, prices: prices.value };
  const sections = {
    requests: readRequests(root),
    sources: readSources(root),
    assignment: readAssignment(root, readFile),
    stages: readStages(root),
    guardrails: readGuardrails(root, context),
    coverage: readCoverage(root),
    replay: readReplay(root),
    statistics: readStatistics(root),
    rollback: readRollback(root),
    checks: readChecks(root),
    drift: readDrift(root),
    threshold: readThreshold(root),
    remote: readRemoteSettings(root),
  };
  const routing = readRouting(root, sections.assignment.value, sections.stages.value);
  const [name, apply] = [textAt('name'), nodeAt(root, ['apply'])];
  const needed = {
    name,
    model: textAt('model'),
    registry: textAt('registry'),
    baseline: textAt('baseline'),
    candidate: textAt('candidate'),
    assignment: sections.assignment.value,
    judge: choiceOf(nodeAt(root, ['judge']), ['canary', 'all']) ?? planDefaults.judge,
    requests: sections.requests.value,
    stages: sections.stages.value,
    guardrails: sections.guardrails.value,
    statistics: sections.statistics.value,
    replay: sections.replay.value,
    checks: sections.checks.value,
  };
  const optional = {
    withoutLabelMap: textAt('withoutLabelMap'),
    sources: sections.sources.value,
    coverage: sections.coverage.value,
    golden: readGolden(root),
    drift: sections.drift.value,
    threshold: sections.threshold.value,
    routing: routing.value,
    apply: apply && textsOf(apply),
    rollback: sections.rollback.value,
    ...sections.remote.value,
  };
  return {
    value: sectionOf(needed, optional),
    findings: [
      validateNames(root),
      judgeOfSplit(root, sections.requests.value),
      checkWeights(root, sections.assignment.value, sections.stages.value),
      ...[...Object.values(sections), decisionCost, scores, prices, routing].map(({ findings }) => findings),
    ].flat(),
  };
}

/** Whom each request was served by is decided where it was served, and so is whose requests decide. */
function judgeOfSplit(root: TreeNode, requests: RequestSource | undefined): Finding[] {
  if (requests?.fields.served === undefined || nodeAt(root, ['judge']) === undefined) return [];
  const message = "judge is ignored in a live split, where the candidate's users decide";
  return [{ ...unusedKey(['judge'], message, 'delete judge'), severity: 'warning' }];
}
