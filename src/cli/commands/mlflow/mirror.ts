import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../../options/format-option.ts';

/** `canary mirror`: does MLflow show what the registry says? */
export function registerMirror(program: Command, { world, terminal }: CommandContext): void {
  program
    .command('mirror')
    .summary("write the registry's aliases and versions to the MLflow server of a plan's mirror")
    .description(
      "Sets the aliases and tags in MLflow that a plan's mirror names to what the registry says, as promote and rollback do after each change. Writing " +
        'them again changes nothing. Exits 3, without a change, where somebody else moved an alias.',
    )
    .argument('<plan>', 'rollout plan')
    .option('--force', 'also aliases that somebody else moved')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary mirror rollouts/intent.yaml')
    .action(async (plan: string, { force, format }: { readonly force?: boolean; readonly format: OutputFormat }) => {
      const { mirror } = await import('../../../gate/mirror/mirror.ts');
      const { mirrorJson, mirrorText } = await import('../../../report/commands/mirror-text.ts');
      const mirrored = await mirror(world, plan, force === undefined ? {} : { force });
      terminal.result(format === 'json' ? jsonText(mirrorJson(mirrored)) : mirrorText(mirrored, terminal.style));
    });
}
