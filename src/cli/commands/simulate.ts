import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';
import { wholeNumber } from '../options/whole-number.ts';
import type { SimulateOptions } from '../../gate/simulate/simulate.ts';

interface WrittenOptions extends Omit<SimulateOptions, 'effects'> {
  readonly effect: readonly string[];
  readonly format: OutputFormat;
}

/** `canary simulate`: how often would this plan be right? */
export function registerSimulate(program: Command, context: CommandContext): void {
  program
    .command('simulate')
    .summary('simulate many rollouts over the log, with effects that you name, and count what the plan decides')
    .description(
      'Simulates rollouts over the log in the order of time: each draws new users, assigns them under its own salt, plants the effects into ' +
        'recorded outcomes and judges every look as evaluate would. Reports how often each stage increases, holds and rolls back, and who got the candidate until ' +
        'then. Without effects the candidate does not differ, so every rollback is a false alarm. Replays only what no evaluation has replayed yet.',
    )
    .argument('<plan>', 'rollout plan')
    .option(
      '--effect <metric=change>',
      'a true change of a guarded metric, such as accuracy=-2pp; of one segment: accuracy[locale=de-DE]=-5pp (may be repeated)',
      (effect: string, effects: readonly string[]) => [...effects, effect],
      [],
    )
    .option('--runs <number>', 'rollouts to simulate, 1 to 10000', wholeNumber('--runs', 1, 10_000), 200)
    .option(
      '--looks <number>',
      'looks while the log grows, evenly spaced, 1 to 500',
      wholeNumber('--looks', 1, 500),
      20,
    )
    .option('--seed <number>', 'another seed draws other users', wholeNumber('--seed', 0, 2_147_483_647), 1)
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  canary simulate rollouts/intent.yaml                            # false alarms
  canary simulate rollouts/intent.yaml --effect accuracy=-2pp     # would it be seen, and after how many users?
  canary simulate rollouts/intent.yaml --effect latency.p95=+15% --effect error_rate=+0.5pp --format json`,
    )
    .action(async (file: string, { effect, format, ...options }: WrittenOptions) => {
      const { simulate } = await import('../../gate/simulate/simulate.ts');
      const { simulationText } = await import('../../report/commands/simulation-text.ts');
      const review = await simulate(context.world, file, { ...options, effects: effect });
      context.terminal.result(format === 'json' ? jsonText(review) : simulationText(review, context.terminal.style));
    });
}
