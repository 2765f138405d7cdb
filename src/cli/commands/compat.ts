import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

/** `canary compat`: a wrapper for callers that still speak the labels of the version in production. */
export function registerCompat(program: Command, { world, terminal }: CommandContext): void {
  program
    .command('compat')
    .summary("write a wrapper for callers that still expect the baseline's labels")
    .description(
      "Writes a small module that turns the candidate's answers into the baseline's labels, as compat.labels in the registry says, and beside it " +
        'the mapping as JSON. The module has no dependencies; run as a program it turns one JSON answer per line.',
    )
    .argument('<plan>', 'rollout plan')
    .option('-o, --output <file>', 'the module; the mapping gets the same name with .json', 'compat.mjs')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary compat rollouts/intent-2.0.0.yaml -o client/compat.mjs')
    .action(async (plan: string, { output, format }: { readonly output: string; readonly format: OutputFormat }) => {
      const { exportCompatibility } = await import('../../gate/registry/export-compat.ts');
      const { compatText } = await import('../../report/commands/compat-text.ts');
      const written = await exportCompatibility(world, plan, output);
      terminal.result(format === 'json' ? jsonText(written) : compatText(written));
    });
}
