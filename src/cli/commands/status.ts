import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from './format-option.ts';

/** `canary status`: where does the rollout stand? */
export function registerStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .summary('show where a rollout stands and what comes next')
    .description('Shows the stages entered, the live traffic, the looks so far, the last verdict and the next step.')
    .argument('<plan>', 'rollout plan')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary status rollouts/intent.yaml')
    .action(async (plan: string, { format }: { readonly format: OutputFormat }) => {
      const { rolloutStatus } = await import('../../gate/look/rollout-status.ts');
      const { statusText } = await import('../../report/commands/status-text.ts');
      const status = await rolloutStatus(context.world, plan);
      context.terminal.result(format === 'json' ? jsonText(status) : statusText(status, context.terminal.style));
    });
}
