import { type Command, Option } from 'commander';
import type { Evidence } from '../domain/evidence.ts';
import { ExitCode } from '../domain/exit-code.ts';
import type { Decision } from '../domain/registry.ts';
import type { CommandContext } from './command-context.ts';
import { formatOption, type OutputFormat } from './format-option.ts';

type FailOn = 'hold' | 'rollback' | 'never';

interface EvaluateOptions {
  readonly stage?: string;
  readonly evidence?: string;
  readonly fresh?: boolean;
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
      'Asks whether a stage may begin: replays the recorded requests through both versions, compares them, prints the deltas per cohort\n' +
        'and segment, the verdict and the registry change that it would make, and writes the evidence. Changes nothing in the registry.',
    )
    .argument('<plan...>', 'rollout plan; of several, the exit code is the worst')
    .option('--stage <name>', 'the stage that may or may not begin (default: the first not yet entered)')
    .option('--evidence <file>', 'write the evidence here instead of .canary/ beside the plan')
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
  canary evaluate rollouts/*.yaml --fail-on rollback      # a merge gate that a hold does not stop`,
    )
    .action(async (plans: string[], options: EvaluateOptions) => {
      const { evaluate } = await import('../gate/evaluate.ts');
      const { evidenceText } = await import('../report/evidence-text.ts');
      const { serializeEvidence } = await import('../report/serialize-evidence.ts');
      const verdicts: ExitCode[] = [];
      for (const planFile of plans) {
        const { evidence, model } = await evaluate(context.world, planFile, options);
        const { quiet = false, verbose = false } = options;
        const text = () => evidenceText(evidence, context.terminal.style, { quiet, verbose, planFile, model });
        context.terminal.result(options.format === 'json' ? serializeEvidence(evidence) : text());
        verdicts.push(exitCodeFor(evidence, options.failOn));
      }
      context.exit(worst(verdicts));
    });
}

const forgiven: Readonly<Record<FailOn, readonly Decision[]>> = {
  hold: [],
  rollback: ['hold'],
  never: ['hold', 'rollback'],
};

function exitCodeFor({ verdict }: Evidence, failOn: FailOn): ExitCode {
  return forgiven[failOn].includes(verdict.decision) ? ExitCode.ok : verdict.exitCode;
}

/** Codes of verdicts are ordered by harm: increase 0, hold 3, rollback 4. */
function worst(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce((worse, code) => (code > worse ? code : worse), ExitCode.ok);
}
