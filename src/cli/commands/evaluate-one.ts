import { type UserError, interrupted } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { Decision } from '../../domain/registry.ts';
import type { EvaluateOptions, Evaluation } from '../../gate/evaluate/evaluate.ts';
import type { World } from '../../gate/world.ts';
import type { CompleteRollout, FailedPlan, FleetEntry } from '../../report/document/fleet.ts';
import type { CommandContext } from '../command-context.ts';
import type { GitHubActions } from '../github-actions.ts';
import { tellFailure } from '../user-error.ts';
import { jsonText, type OutputFormat } from '../options/format-option.ts';

type FailOn = 'hold' | 'rollback' | 'never';

export interface WrittenOptions extends EvaluateOptions {
  readonly format: OutputFormat;
  readonly failOn: FailOn;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** What became of one plan. */
export interface Evaluated {
  /** With `--fail-on` taken into account. */
  readonly code: ExitCode;
  readonly entry: FleetEntry;
  /** What a step of a pipeline tells the next. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Evaluates a plan and prints what was found; a plan among several is printed so that its name is seen, and its JSON is left to the list. */
export async function evaluateOne(
  planFile: string,
  options: WrittenOptions,
  context: CommandContext,
  company: 'alone' | 'among several',
): Promise<Evaluated> {
  const { world, terminal, github } = context;
  const { evaluatePlan } = await import('../../gate/evaluate/evaluate-plan.ts');
  try {
    if (world.signal.aborted) throw interrupted();
    const answered = await evaluatePlan(world, planFile, options);
    const evaluated =
      answered.kind === 'complete'
        ? completeOf(answered.complete)
        : await judgedOf(planFile, answered.evaluation, answered.ended, options.failOn);
    await print(evaluated.entry, options, context, company);
    if (options.notify === true && answered.kind === 'judged') await tellHold(world, planFile, answered.evaluation);
    if (github !== undefined && answered.kind === 'judged') await tellGitHub(github, answered.evaluation);
    return evaluated;
  } catch (error) {
    const failure = await tellFailure(error, terminal, github);
    const evaluated = failedOf(planFile, failure);
    if (company === 'among several' && options.quiet === true) await print(evaluated.entry, options, context, company);
    return evaluated;
  }
}

async function judgedOf(
  planFile: string,
  { evidence, model, evidenceFile, report }: Evaluation,
  ended: boolean,
  failOn: FailOn,
): Promise<Evaluated> {
  const { verdict, registryChange, inputs, plan, stage } = evidence;
  const { serializeEvidence } = await import('../../report/document/serialize-evidence.ts');
  // The candidate's share of the traffic once the verdict is acted on.
  const weight = registryChange.traffic[inputs.candidate.version] ?? 0;
  return {
    code: forgiven[failOn].includes(verdict.decision) ? ExitCode.ok : verdict.exitCode,
    entry: {
      planFile,
      plan: plan.name,
      model,
      baseline: inputs.baseline.version,
      candidate: inputs.candidate.version,
      stage: stage.name,
      verdict: verdict.decision,
      ended,
      exitCode: verdict.exitCode,
      why: verdict.reasons[0] ?? '',
      report: await report(),
      document: serializeEvidence(evidence),
    },
    outputs: {
      verdict: verdict.decision,
      weight: String(weight),
      evidence: evidenceFile ?? '',
      alarm: String(verdict.alarm === true),
    },
  };
}

function completeOf(complete: CompleteRollout): Evaluated {
  const { planFile, plan, candidate, verdict, rollout } = complete;
  const told = { planFile, plan: plan.name, model: plan.model, candidate, verdict: verdict.decision, ended: true };
  return {
    code: verdict.exitCode,
    entry: {
      ...told,
      exitCode: verdict.exitCode,
      why: verdict.reasons[0] ?? '',
      document: jsonText(complete),
    },
    outputs: { verdict: 'none', weight: String(rollout.traffic[candidate] ?? 0), evidence: '' },
  };
}

function failedOf(
  planFile: string,
  { exitCode, message, hint, diagnostics }: Pick<UserError, 'exitCode' | 'message' | 'hint' | 'diagnostics'>,
): Evaluated {
  const failed: FailedPlan = {
    planFile,
    error: {
      exitCode,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(diagnostics.length === 0 ? {} : { diagnostics }),
    },
  };
  const [first] = diagnostics;
  const why = first === undefined ? message : `${message}: ${first.message}`;
  return {
    code: exitCode,
    entry: { planFile, ended: false, exitCode, why, document: jsonText(failed) },
    outputs: { verdict: 'none' },
  };
}

async function print(
  entry: FleetEntry,
  { format, quiet = false, verbose = false }: WrittenOptions,
  { terminal }: CommandContext,
  company: 'alone' | 'among several',
): Promise<void> {
  const { style } = terminal;
  if (format === 'json') {
    if (company === 'alone') terminal.result(entry.document);
    return;
  }
  if (quiet && company === 'among several') {
    const { fleetLine } = await import('../../report/evidence/fleet-text.ts');
    terminal.result(fleetLine(entry, style));
    return;
  }
  const { planFile, model, report } = entry;
  if (report === undefined) {
    const { endedText } = await import('../../report/evidence/fleet-text.ts');
    terminal.result(endedText(entry, style));
    return;
  }
  const { evidenceText } = await import('../../report/evidence/evidence-text.ts');
  const names = { planFile, ...(model === undefined ? {} : { model }) };
  terminal.result(evidenceText(report.evidence, style, { ...names, quiet, verbose }));
}

async function tellHold(world: World, planFile: string, { evidence }: Evaluation): Promise<void> {
  const { decision, reasons } = evidence.verdict;
  if (decision !== 'hold') return;
  const { announce } = await import('../../gate/notify/announce.ts');
  await announce(world, planFile, undefined, { event: 'hold-new', reasons, stage: evidence.stage.name });
}

async function tellGitHub(github: GitHubActions, { evidence, findings, report }: Evaluation): Promise<void> {
  const { renderReport } = await import('../../gate/report/report-files.ts');
  await github.annotate(findings);
  const short = `Verdict of ${evidence.stage.name}: ${evidence.verdict.decision}\n`;
  github.addSummary(await renderReport('md', await report()), short);
}

const forgiven: Readonly<Record<FailOn, readonly Decision[]>> = {
  hold: [],
  rollback: ['hold'],
  never: ['hold', 'rollback'],
};

/** A bug and an interruption come before any verdict, and a proven rollback before whatever hides another plan's. */
const byWeight: readonly ExitCode[] = [
  ExitCode.bug,
  ExitCode.interrupted,
  ExitCode.rollback,
  ExitCode.usage,
  ExitCode.noVerdict,
  ExitCode.hold,
];

/** The exit code of several plans: the first by weight that occurred. */
export function decidingCode(codes: readonly ExitCode[]): ExitCode {
  return byWeight.find((code) => codes.includes(code)) ?? ExitCode.ok;
}
