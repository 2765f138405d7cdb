import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { ExitCode } from '../../domain/exit-code.ts';
import type { RowOptions } from '../../gate/look/rollout-rows.ts';
import type { CommandContext } from '../command-context.ts';
import { jsonText } from '../options/format-option.ts';

interface WrittenOptions extends RowOptions {
  readonly format: 'text' | 'json' | 'html';
  readonly watch?: boolean;
}

const watchedEveryMs = 5_000;

/** `canary status`: where do rollouts stand? */
export function registerStatus(program: Command, context: CommandContext): void {
  program
    .command('status')
    .summary('show where a rollout stands and what comes next, or every rollout of a registry')
    .description(
      'Of one plan: the stages entered, the live traffic, the looks so far, the last verdict and the next step. Of several plans, a folder of plans or a ' +
        'registry: one row per rollout, the most urgent first.',
    )
    .argument('[plan...]', 'rollout plan; several, or a folder of them')
    .option('--registry <dir>', 'show every rollout of this registry')
    .option('--stale <span>', 'after how long without a look or a move a rollout is stale', '24h')
    .option('--watch', 'refresh it every five seconds, until interrupted')
    .addOption(
      new Option('--format <format>', 'how the result is printed; html needs several rollouts')
        .choices(['text', 'json', 'html'])
        .default('text'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  canary status rollouts/intent.yaml\n  canary status rollouts/ --stale 12h\n  canary status --registry registry --format html > rollouts.html',
    )
    .action(async (plans: string[], options: WrittenOptions) => {
      const { world, terminal } = context;
      if (options.watch !== true) {
        terminal.result(await shown(plans, options, context));
        return;
      }
      while (!world.signal.aborted) {
        const text = await shown(plans, options, context);
        // Takes what was shown before off a screen that can, and writes from its first line.
        terminal.result(terminal.style.color > 0 ? `\u001b[2J\u001b[H${text}` : text);
        await sleep(watchedEveryMs, undefined, { signal: world.signal }).catch(() => undefined);
      }
      context.exit(ExitCode.ok);
    });
}

async function shown(plans: readonly string[], options: WrittenOptions, context: CommandContext): Promise<string> {
  const { world, terminal } = context;
  const [only] = plans;
  const isOne =
    only !== undefined && plans.length === 1 && options.registry === undefined && !isFolder(world.cwd, only);
  if (isOne && options.format !== 'html') {
    const { rolloutStatus } = await import('../../gate/look/rollout-status.ts');
    const { statusText } = await import('../../report/commands/status-text.ts');
    const status = await rolloutStatus(world, only);
    return options.format === 'json' ? jsonText(status) : statusText(status, terminal.style);
  }
  const { rolloutRows } = await import('../../gate/look/rollout-rows.ts');
  const rows = await rolloutRows(world, plans, options);
  if (rows.unreadable.length > 0) context.exit(ExitCode.noVerdict);
  if (options.format === 'json') return jsonText(rows);
  if (options.format === 'html') {
    return (await import('../../report/commands/rollout-rows-page.tsx')).rolloutRowsPage(rows);
  }
  return (await import('../../report/commands/rollout-rows-text.ts')).rolloutRowsText(rows, terminal.style);
}

function isFolder(cwd: string, path: string): boolean {
  return statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory() === true;
}
