import { type Command, Option } from 'commander';
import { sqlDialects } from '../../../domain/log/warehouse-table.ts';
import type { QueryOptions } from '../../../gate/warehouse/print-query.ts';
import type { CommandContext } from '../../command-context.ts';

/** `canary sql`: the query that adds up in a warehouse what a stage is judged on. */
export function registerSql(program: Command, { world, terminal }: CommandContext): void {
  program
    .command('sql')
    .summary('print the query that computes in a warehouse what a stage is judged on')
    .description(
      'Prints one query over the table that the plan names under requests (format: sums). Run it with the tool of the warehouse and save its result, some ' +
        'thousand rows of whole numbers, as requests.source; canary evaluate then judges the stage without reading a request. The result carries a hash of ' +
        'the question; the result of another plan or stage is refused.',
    )
    .argument('<plan>', 'rollout plan')
    .option('--stage <name>', 'stage of the plan to ask about (default: the next one)')
    .addOption(
      new Option('--dialect <name>', 'the language of the warehouse').choices(sqlDialects).makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  canary sql rollouts/intent.yaml --dialect duckdb | duckdb -csv logs.db > rollouts/sums.csv\n  canary sql rollouts/intent.yaml --stage canary-5 --dialect postgres | psql --csv -f - > rollouts/sums.csv',
    )
    .action(async (plan: string, options: QueryOptions) => {
      const { printQuery } = await import('../../../gate/warehouse/print-query.ts');
      terminal.result(await printQuery(world, plan, options));
    });
}
