import type { Command } from 'commander';
import { ExitCode } from '../../domain/exit-code.ts';
import type { CommandContext } from '../command-context.ts';
import { tellOthers } from './tell-others.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

/** `canary apply`: bring the registry's traffic to the router once more. */
export function registerApply(program: Command, context: CommandContext): void {
  program
    .command('apply')
    .summary("run the plan's apply commands with the registry as it is now")
    .description(
      "Runs the plan's apply commands with the registry's traffic as JSON on their standard input, as promote and rollback do after each change. Exits " +
        '5 when one of them fails; the registry then says applied: false.',
    )
    .argument('<plan>', 'rollout plan')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary apply rollouts/intent.yaml')
    .action(async (plan: string, { format }: { readonly format: OutputFormat }) => {
      const { applyPlan } = await import('../../gate/act/apply.ts');
      const { applyText } = await import('../../report/commands/promotion-text.ts');
      const applied = await applyPlan(context.world, plan);
      context.terminal.result(format === 'json' ? jsonText(applied) : applyText(applied, context.terminal.style));
      await tellOthers(context.world, plan, { apply: applied.outcome });
      if (!applied.outcome.applied) context.exit(ExitCode.noVerdict);
    });
}
