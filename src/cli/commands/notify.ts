import type { Command } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

/** `canary notify`: do the plan's webhooks work? */
export function registerNotify(program: Command, context: CommandContext): void {
  program
    .command('notify')
    .summary("send a test message to every target of a plan's notify")
    .description(
      "Sends a test message to every target of the plan's notify and prints what each answered. Exits 5 when one did not get it. promote, rollback, apply and watch " +
        'notify of what happens to a rollout.',
    )
    .argument('<plan>', 'rollout plan')
    .option('--test', 'send the test message')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary notify rollouts/intent.yaml --test')
    .action(async (plan: string, { test, format }: { readonly test?: boolean; readonly format: OutputFormat }) => {
      if (test !== true) {
        throw invalidInput('canary notify sends nothing without --test', {
          hint: `Write canary notify ${plan} --test to send a test message.`,
        });
      }
      const { testNotify } = await import('../../gate/notify/announce.ts');
      const { testedText } = await import('../../report/commands/notify-text.ts');
      const tested = await testNotify(context.world, plan);
      context.terminal.result(format === 'json' ? jsonText(tested) : testedText(tested, context.terminal.style));
      if (tested.deliveries.some(({ ok }) => !ok)) context.exit(ExitCode.noVerdict);
    });
}
