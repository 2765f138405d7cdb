import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

/** `canary requests inspect`: what is in the log? */
export function registerRequests(program: Command, { world, terminal }: CommandContext): void {
  const requests = program
    .command('requests')
    .summary('look at the log of a plan')
    .description('Shows the requests that a plan is judged on, before anything is judged.')
    .addHelpText('after', '\nExample:\n  canary requests inspect rollouts/intent.yaml');
  requests
    .command('inspect')
    .summary('what is in the log, what was rejected and why, and what guardrails can ask of it')
    .description(
      'Reads the log of a plan and shows what is in it: rows, rejected records by reason with the first three of each, users, period, ' +
        'segments, labels, and what it can and cannot measure. Replays nothing.',
    )
    .argument('<plan>', 'rollout plan')
    .option('--stage <name>', "look at this stage's own log and window instead of the plan's")
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  canary requests inspect rollouts/intent.yaml\n  canary requests inspect rollouts/intent.yaml --format json | jq .rejected',
    )
    .action(async (plan: string, options: { readonly stage?: string; readonly format: OutputFormat }) => {
      const { inspectRequests } = await import('../../gate/requests/inspect-requests.ts');
      const { requestsText } = await import('../../report/commands/requests-text.ts');
      const found = await inspectRequests(world, plan, options);
      terminal.result(options.format === 'json' ? jsonText(found) : requestsText(found, terminal.style));
    });
}
