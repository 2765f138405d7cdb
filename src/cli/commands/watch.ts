import type { Command } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, type OutputFormat } from '../options/format-option.ts';

interface WrittenOptions {
  readonly every: string;
  readonly auto?: boolean;
  readonly once?: boolean;
  readonly until?: string;
  readonly maxHold?: string;
  readonly key?: string;
  readonly report?: readonly string[];
  readonly health?: string;
  readonly format: OutputFormat;
}

/** `canary watch`: a rollout that walks by itself. */
export function registerWatch(program: Command, context: CommandContext): void {
  program
    .command('watch')
    .summary('evaluate rollouts at intervals and, with --auto, act on the verdicts')
    .description(
      'Evaluates the next stage of each plan at every tick. With --auto it enters what may be entered and takes out what is proven to do harm, writes ' +
        'the routes, runs apply and notifies, as promote does; without it only looks. Exits 0 when all are done, 4 when one was rolled back, 3 when one held for longer ' +
        'than --max-hold, and 5 when one failed five times in a row. With --once a hold exits 0.',
    )
    .argument('<plan...>', 'rollout plan')
    .option('--every <span>', 'how often', '15m')
    .option('--auto', 'act on the verdicts')
    .option('--once', 'one tick, for cron')
    .option('--until <stage>', 'enter nothing after this stage')
    .option('--max-hold <span>', 'give up after this long without a move')
    .option('--key <file>', 'sign the evidence that is acted on with this private key')
    .option('--report <file...>', 'write reports of each look; takes one plan')
    .option('--health <port>', 'serve /healthz and /metrics on this port, or HOST:PORT')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  canary watch rollouts/intent.yaml --auto --every 15m --max-hold 7d\n  canary watch rollouts/*.yaml --auto --once',
    )
    .action(
      async (plans: string[], { every, maxHold, until, key, report, health, format, ...written }: WrittenOptions) => {
        const { world, terminal } = context;
        if (report !== undefined && plans.length > 1) {
          throw invalidInput('--report is about one plan', { hint: 'Watch one plan, or leave --report out.' });
        }
        const { watch } = await import('../../gate/watch/watch.ts');
        const { spanWritten } = await import('../../gate/watch/span-option.ts');
        const { tickText } = await import('../../report/commands/tick-text.ts');
        const { serveHealth } = await import('../../gate/watch/health.ts');
        const everyMs = spanWritten('--every', every);
        const server = health === undefined ? undefined : await serveHealth(health, everyMs);
        try {
          const options = {
            everyMs,
            auto: written.auto === true,
            once: written.once === true,
            ...(until === undefined ? {} : { until }),
            ...(key === undefined ? {} : { key }),
            ...(report === undefined ? {} : { report }),
            ...(maxHold === undefined ? {} : { maxHoldMs: spanWritten('--max-hold', maxHold) }),
          };
          const code = await watch(world, plans, options, (tick) => {
            server?.told(tick);
            const { evaluation: _evaluation, ...line } = tick;
            const at = new Date().toISOString();
            const style = terminal.isInteractive ? terminal.style : undefined;
            terminal.result(format === 'json' ? `${JSON.stringify({ at, ...line })}\n` : tickText(at, line, style));
          });
          context.exit(code);
        } finally {
          server?.close();
        }
      },
    );
}
