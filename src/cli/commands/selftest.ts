import type { Command } from 'commander';
import { ExitCode } from '../../domain/exit-code.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';
import { wholeNumber } from '../options/whole-number.ts';

/** `canary selftest`: can this gate fail? */
export function registerSelftest(program: Command, context: CommandContext): void {
  program
    .command('selftest')
    .summary('plant a gross regression in each guarded metric and prove that the plan would roll back')
    .description(
      'Plants a gross regression into each guarded metric, and into each segment that a guardrail names: three times as slow, a fifth of requests failing, half ' +
        'as good, and at least twice what the bound allows. Then it asks whether this plan, on this log, would roll back (or hold, where the guardrail says so). ' +
        'Exits 0 when each is caught, 3 when one would pass unseen or could not be seen on this log. A gate that cannot fail is worse than none.',
    )
    .argument('<plan>', 'rollout plan')
    .option('--seed <number>', 'another seed plants into other requests', wholeNumber('--seed', 0, 2_147_483_647), 1)
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary selftest rollouts/intent.yaml')
    .action(async (file: string, { seed, format }: { readonly seed: number; readonly format: OutputFormat }) => {
      const { selftest } = await import('../../gate/simulate/selftest.ts');
      const { isProven, selftestText } = await import('../../report/commands/selftest-text.ts');
      const review = await selftest(context.world, file, seed);
      context.terminal.result(format === 'json' ? jsonText(review) : selftestText(review, context.terminal.style));
      if (!isProven(review)) context.exit(ExitCode.hold);
    });
}
