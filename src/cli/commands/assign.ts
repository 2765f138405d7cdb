import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';
import type { AssignOptions } from '../../gate/assign.ts';

interface WrittenOptions extends AssignOptions {
  readonly format: OutputFormat;
}

/** `canary assign`: which version does each user get? */
export function registerAssign(program: Command, context: CommandContext): void {
  program
    .command('assign')
    .summary('print which version each user gets')
    .description(
      'Prints which version each user gets. Without --stage or --weight it is the weight that the registry has now. A user who is in the canary at ' +
        'a weight is in it at every higher one.',
    )
    .argument('<plan>', 'rollout plan')
    .argument('[ids...]', 'user ids')
    .option('--users <file>', 'file with one user id per line; - for standard input')
    .option('--stage <name>', 'as at this stage of the plan')
    .option('--weight <weight>', 'as at this weight: a fraction such as 0.2, or 20%')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  canary assign rollouts/intent.yaml user1 user2 --weight 20%\n  cut -d, -f1 users.csv | canary assign rollouts/intent.yaml --users - --stage canary-5',
    )
    .action(async (plan: string, ids: string[], options: WrittenOptions) => {
      const { assign } = await import('../../gate/assign.ts');
      const assignments = await assign(context.world, plan, ids, options);
      const { printableName } = await import('../../report/words/printable.ts');
      const lines = assignments.map(
        ({ unit, version }) => `User ${printableName(unit)} is assigned to model ${version}\n`,
      );
      context.terminal.result(options.format === 'json' ? jsonText(assignments) : lines.join(''));
    });
}
