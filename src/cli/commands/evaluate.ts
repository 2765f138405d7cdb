import { type Command, Option } from 'commander';
import { invalidInput, UserError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { Decision } from '../../domain/registry.ts';
import type { EvaluateOptions, Evaluation } from '../../gate/evaluate/evaluate.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, type OutputFormat } from './format-option.ts';
import type { GitHubActions } from '../github-actions.ts';
import type { Terminal } from '../terminal.ts';
import { tellUserError } from '../user-error.ts';

type FailOn = 'hold' | 'rollback' | 'never';

interface WrittenOptions extends EvaluateOptions {
  readonly format: OutputFormat;
  readonly failOn: FailOn;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** `canary evaluate`: may this stage begin? */
export function registerEvaluate(program: Command, context: CommandContext): void {
  program
    .command('evaluate')
    .summary('replay, compare, and say whether a stage may begin')
    .description(
      'Asks whether a stage may begin: replays the recorded requests through both versions, compares them, prints the deltas per cohort ' +
        'and segment, the verdict and the registry change that it would make, and writes the evidence. Changes nothing in the registry.',
    )
    .argument('<plan...>', 'rollout plan; of several, the exit code is the worst')
    .option('--stage <name>', 'the stage that may or may not begin (default: the first not yet entered)')
    .option('--evidence <file>', 'write the evidence here instead of .canary/ beside the plan')
    .option(
      '--report <file...>',
      'also write a report: .html, .md (Markdown), .json, .xml (JUnit), .csv or .prom (OpenMetrics), by its name',
    )
    .option('--include-inputs', 'show the recorded inputs of example requests in the reports')
    .option('--fresh', 'replay anew instead of using stored outcomes')
    .addOption(formatOption())
    .addOption(
      new Option('--fail-on <verdict>', 'the mildest verdict that exits with a code of its own')
        .choices(['hold', 'rollback', 'never'])
        .default('hold'),
    )
    .option('--verbose', 'print every segment and comparison')
    .option('--quiet', 'print the verdict alone')
    .addHelpText(
      'after',
      `
Examples:
  canary evaluate rollouts/intent.yaml
  canary evaluate rollouts/intent.yaml --stage canary-25 --format json > evidence.json
  canary evaluate rollouts/intent.yaml --report report.html junit.xml
  canary evaluate rollouts/*.yaml --fail-on rollback      # a merge gate that a hold does not stop

With --format json one plan gives its evidence, several give a list of theirs.`,
    )
    .action(async (planFiles: string[], options: WrittenOptions) => {
      requireOnePlan(planFiles, '--evidence', options.evidence);
      requireOnePlan(planFiles, '--report', options.report);
      const { openRollout } = await import('../../gate/rollout/rollout.ts');
      // A mistake in one plan is told before an hour is spent on the others.
      for (const planFile of planFiles) await openRollout(context.world, planFile);
      const evaluated: Evaluated[] = [];
      for (const planFile of planFiles)
        evaluated.push(await evaluateOne(planFile, options, context, planFiles.length > 1));
      if (options.format === 'json' && planFiles.length > 1) {
        const documents = evaluated.flatMap(({ document }) => (document === undefined ? [] : [document.trimEnd()]));
        context.terminal.result(`[${documents.join(',\n')}]\n`);
      }
      const code = worst(evaluated.map((each) => each.code));
      context.github?.setOutputs(evaluated.find((each) => each.code === code)?.outputs ?? {});
      context.exit(code);
    });
}

function requireOnePlan(planFiles: readonly string[], option: string, given: unknown): void {
  if (planFiles.length < 2 || given === undefined) return;
  throw invalidInput(`${option} is about one plan, but ${planFiles.length} plans were given`, {
    hint: `Evaluate one plan at a time, or leave ${option} out.`,
  });
}

/** What became of one plan. */
interface Evaluated {
  readonly code: ExitCode;
  /** Its evidence as JSON, where several plans' are printed as one list. */
  readonly document?: string;
  /** What a step of a pipeline tells the next. */
  readonly outputs?: Readonly<Record<string, string>>;
}

async function evaluateOne(
  planFile: string,
  options: WrittenOptions,
  context: CommandContext,
  isOneOfMany: boolean,
): Promise<Evaluated> {
  const { world, terminal, github } = context;
  const { evaluate } = await import('../../gate/evaluate/evaluate.ts');
  try {
    const evaluation = await evaluate(world, planFile, options);
    const { evidence, model } = evaluation;
    const text = await rendered(evidence, { planFile, model }, options, terminal);
    const collected = isOneOfMany && options.format === 'json';
    if (!collected) terminal.result(text);
    if (github !== undefined) await tellGitHub(github, evaluation);
    const outputs = outputsOf(evaluation);
    return { code: exitCodeFor(evidence, options.failOn), outputs, ...(collected ? { document: text } : {}) };
  } catch (error) {
    // One plan whose files cannot be used does not keep the others from their verdict.
    if (!(error instanceof UserError) || error.exitCode === ExitCode.interrupted) throw error;
    await tellUserError(error, terminal, github);
    return { code: error.exitCode };
  }
}

async function tellGitHub(github: GitHubActions, { evidence, findings, report }: Evaluation): Promise<void> {
  const { renderReport } = await import('../../gate/report/report-files.ts');
  await github.annotate(findings);
  const short = `Verdict of ${evidence.stage.name}: ${evidence.verdict.decision}\n`;
  github.addSummary(await renderReport('md', await report()), short);
}

/** `weight` is the candidate's share of the traffic once the verdict is acted on. */
function outputsOf({ evidence, evidenceFile }: Evaluation): Readonly<Record<string, string>> {
  const { verdict, registryChange, inputs } = evidence;
  const weight = registryChange.traffic[inputs.candidate.version] ?? 0;
  const alarm = String(verdict.alarm === true);
  return { verdict: verdict.decision, weight: String(weight), evidence: evidenceFile, alarm };
}

async function rendered(
  evidence: Evidence,
  names: { readonly planFile: string; readonly model: string },
  { format, quiet = false, verbose = false }: WrittenOptions,
  { style }: Terminal,
): Promise<string> {
  if (format === 'json') {
    const { serializeEvidence } = await import('../../report/document/serialize-evidence.ts');
    return serializeEvidence(evidence);
  }
  const { evidenceText } = await import('../../report/evidence/evidence-text.ts');
  return evidenceText(evidence, style, { ...names, quiet, verbose });
}

const forgiven: Readonly<Record<FailOn, readonly Decision[]>> = {
  hold: [],
  rollback: ['hold'],
  never: ['hold', 'rollback'],
};

function exitCodeFor({ verdict }: Evidence, failOn: FailOn): ExitCode {
  return forgiven[failOn].includes(verdict.decision) ? ExitCode.ok : verdict.exitCode;
}

/** From best to worst: no verdict is worse than any, since nobody knows what it would have been. */
const byHarm: readonly ExitCode[] = [ExitCode.ok, ExitCode.hold, ExitCode.rollback, ExitCode.noVerdict, ExitCode.usage];

function worst(codes: readonly ExitCode[]): ExitCode {
  return byHarm.findLast((code) => codes.includes(code)) ?? ExitCode.ok;
}
