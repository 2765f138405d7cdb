import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

/** `canary plan`: is the plan right, and what would it do? */
export function registerPlan(program: Command, context: CommandContext): void {
  program
    .command('plan')
    .summary('check a plan against its schema, registry and log, and show what it would do')
    .description(
      'Validates the plan against its schema, the registry and the request log, warns of what is doubtful in it, and shows the stages with the ' +
        'users and requests that each would expose and the smallest change that each guardrail could detect. Replays nothing.',
    )
    .argument('<plan>', 'rollout plan')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary plan rollouts/intent.yaml')
    .action(async (file: string, options: { readonly format: OutputFormat }) => {
      const { reviewPlan } = await import('../../gate/review/review-plan.ts');
      const { diagnosticsText } = await import('../../report/words/findings-text.ts');
      const { planText } = await import('../../report/commands/plan-text.ts');
      const { review, warnings } = await reviewPlan(context.world, file);
      await context.github?.annotate(warnings);
      if (options.format === 'json') {
        context.terminal.result(jsonText({ ...review, warnings }));
        return;
      }
      if (warnings.length > 0) context.terminal.diagnostic(diagnosticsText(warnings, context.terminal.errorStyle));
      context.terminal.result(planText(review, context.terminal.style));
    });
}
