import { type Command, Option } from 'commander';
import { ExitCode } from '../../domain/exit-code.ts';
import type { PromoteOptions } from '../../gate/act/promote-options.ts';
import type { CommandContext } from '../command-context.ts';
import { tellOthers } from './tell-others.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

interface WrittenOptions extends PromoteOptions {
  readonly format: OutputFormat;
}

const exitCodes = { increase: ExitCode.ok, hold: ExitCode.hold, rollback: ExitCode.rollback } as const;

/** `canary promote`: act on the latest evidence. */
export function registerPromote(program: Command, context: CommandContext): void {
  program
    .command('promote')
    .summary('act on the latest evidence: enter the stage, record the hold, or take the candidate out')
    .description(
      'Acts on the evidence of the latest evaluation. increase: enters the stage and sets its weight (entering the last makes the candidate stable); ' +
        'hold: records the look; rollback: takes the candidate out of traffic. Refuses evidence that is not for things as they are now. ' +
        'Exits 0 when it entered a stage, also when that stage was entered before, 3 when it recorded a hold, 4 when it took the candidate out, also when it was out before, and 5 when it did, but an apply command of the plan failed.',
    )
    .argument('<plan>', 'rollout plan')
    .option('--stage <name>', 'the stage whose evidence to act on (default: the first not yet entered)')
    .option('--evidence <file>', 'read the evidence from here instead of .canary/ beside the plan')
    .option('--attestation <file>', 'read the attestation from here instead of beside the evidence')
    .option('--dry-run', 'print the change without making it')
    .addOption(
      new Option(
        '--override <decision>',
        'do this instead of what the evidence says, on the record; increase still needs evidence',
      ).choices(['increase', 'hold', 'rollback']),
    )
    .option('--to <stage>', 'go back to a stage that was entered before; needs --by and --reason')
    .option('--by <name>', 'who decides')
    .option('--reason <text>', 'why')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  canary promote rollouts/intent.yaml --dry-run\n  canary promote rollouts/intent.yaml\n' +
        '  canary promote rollouts/intent.yaml --override increase --by ana --reason "the slow hour was a backup"\n' +
        '  canary promote rollouts/intent.yaml --to canary-5 --by ana --reason "less load tonight"',
    )
    .action(async (plan: string, options: WrittenOptions) => {
      const { promote } = await import('../../gate/act/promote.ts');
      const { promotionText } = await import('../../report/commands/promotion-text.ts');
      const promotion = await promote(context.world, plan, options);
      context.github?.setOutputs({
        verdict: promotion.verdict ?? promotion.action,
        weight: String(promotion.after.traffic[promotion.candidate] ?? 0),
      });
      context.terminal.result(
        options.format === 'json' ? jsonText(promotion) : promotionText(promotion, context.terminal.style),
      );
      // A dry run did what it was asked: it printed the change.
      if (promotion.dryRun) return;
      await tellOthers(context.world, plan, promotion);
      context.exit(
        promotion.apply?.applied === false ? ExitCode.noVerdict : exitCodes[promotion.verdict ?? 'increase'],
      );
    });
}
