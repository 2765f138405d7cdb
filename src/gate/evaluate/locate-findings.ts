import type { Diagnostic } from '../../domain/errors.ts';
import type { CheckResult, Evidence, GuardrailResult } from '../../domain/evidence.ts';
import { type Finding, located } from '../../documents/findings.ts';
import { nodeAt, type TreePath } from '../../documents/tree.ts';
import { sourceOfCheck } from '../dashboards/source-looks.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** What did not pass, at the lines of the plan that asked for it: a breach that rolls back as an error, the rest as warnings. */
export function findingsOf(rollout: Pick<Rollout, 'plan' | 'parsed'>, evidence: Evidence): readonly Diagnostic[] {
  const guardrails = evidence.guardrails
    .filter(({ status, onBreach }) => status === 'breach' || (status !== 'pass' && onBreach !== 'report'))
    .map((result) => guardrailFinding(rollout, result));
  const checks = evidence.checks
    .filter(({ status }) => status === 'hold')
    .map((check) => checkFinding(rollout, evidence.stage.name, check));
  return located(rollout.parsed.positions, [...guardrails, ...checks]).map(withoutHint);
}

/** What checks found before anything was judged, at the lines of the plan. */
export function checkFindings(
  rollout: Pick<Rollout, 'plan' | 'parsed'>,
  stage: string,
  checks: readonly CheckResult[],
): readonly Diagnostic[] {
  const found = checks.filter(({ status }) => status === 'hold' || status === 'warn');
  const findings = found.map((check) => checkFinding(rollout, stage, check));
  return located(rollout.parsed.positions, findings).map(withoutHint);
}

function guardrailFinding({ plan }: Pick<Rollout, 'plan'>, result: GuardrailResult): Finding {
  const { metric, bound, onBreach, status, reason } = result;
  const index = plan.guardrails.findIndex(
    (guardrail) =>
      guardrail.metric.id === metric &&
      guardrail.onBreach === onBreach &&
      guardrail.bounds.some(({ kind, value }) => kind === bound.kind && value === bound.value),
  );
  return {
    path: ['guardrails', index, bound.kind],
    rule: `${metric} ${status}`,
    severity: status === 'breach' && onBreach === 'rollback' ? 'error' : 'warning',
    message: reason,
    hint: '',
  };
}

function checkFinding({ plan, parsed }: Pick<Rollout, 'plan' | 'parsed'>, stage: string, check: CheckResult): Finding {
  const { name, detail } = check;
  const ofStage: TreePath = ['stages', plan.stages.findIndex((each) => each.name === stage), 'name'];
  const places: Readonly<Record<string, TreePath>> = {
    answers: ['requests', 'series'],
    coverage: ['coverage'],
    assignment: ['assignment', 'file'],
    golden: ['golden'],
    rejected: ['requests', 'source'],
    labels: ['requests', 'source'],
    'log reading': ['requests', 'source'],
    clocks: ['requests', 'settle'],
    minRequests: [...ofStage.slice(0, -1), 'minRequests'],
    minUnits: [...ofStage.slice(0, -1), 'minUnits'],
  };
  const source = sourceOfCheck(plan, name);
  const place = source === undefined ? places[name] : ['sources', source];
  const path = place !== undefined && nodeAt(parsed.positions, place) !== undefined ? place : ofStage;
  return { path, rule: `check ${name}`, severity: 'warning', message: `${name}: ${detail}`, hint: '' };
}

/** A verdict says what was found; what to do about it is the reader's to decide. */
function withoutHint({ severity, rule, file, line, column, message }: Diagnostic): Diagnostic {
  return {
    severity,
    rule,
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    message,
  };
}
