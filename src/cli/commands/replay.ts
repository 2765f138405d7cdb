import type { Command } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { ReplayOptions } from '../../gate/outcomes/replay-rollout.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

interface ReplayFlags {
  readonly stage?: string;
  readonly store?: string;
  readonly shard?: string;
  readonly prepare?: boolean;
  readonly status?: boolean;
  readonly fresh?: boolean;
  readonly queue?: string;
  readonly format: OutputFormat;
}

/** `canary replay`: fill the outcome store, alone or with others. */
export function registerReplay(program: Command, context: CommandContext): void {
  const { world, terminal } = context;
  program
    .command('replay')
    .summary('replay the requests, or a part of them, into the outcome store')
    .description(
      'Sends the recorded requests through both versions and keeps the outcomes, which canary evaluate --store judges. Several processes and machines ' +
        'may share a store: each takes a part with --shard, and what two of them replay is kept once.',
    )
    .argument('<plan>', 'rollout plan')
    .option('--stage <name>', 'the stage whose requests are replayed (default: the first not yet entered)')
    .option('--store <place>', 'keep outcomes here, a folder or s3://BUCKET/PREFIX, instead of in .canary/outcomes')
    .option('--prepare', 'store the requests for --shard on machines that have no log, and replay nothing')
    .option('--shard <i/n>', 'replay the i-th of n parts')
    .option('--status', 'show what the store holds, and replay nothing; exits 3 while windows are missing')
    .option('--fresh', 'replay again instead of using stored outcomes')
    .option('--queue <url>', 'have workers replay what is missing in the store of --store: redis://HOST:6379')
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  canary replay rollouts/intent.yaml --store s3://outcomes/intent --prepare
  canary replay rollouts/intent.yaml --store s3://outcomes/intent --shard 3/16
  canary replay rollouts/intent.yaml --store s3://outcomes/intent --status
  canary evaluate rollouts/intent.yaml --store s3://outcomes/intent`,
    )
    .action(async (plan: string, { shard: written, format, ...options }: ReplayFlags) => {
      const shard = written === undefined ? undefined : shardOf(written);
      const { replayRollout } = await import('../../gate/outcomes/replay-rollout.ts');
      const { replayText } = await import('../../report/commands/replay-text.ts');
      const stored = await replayRollout(world, plan, { ...options, shard });
      terminal.result(format === 'json' ? jsonText(stored) : replayText(stored));
      context.exit(options.status === true && !stored.complete ? ExitCode.hold : ExitCode.ok);
    });
}

/** @throws UserError (exit 2) for what names no part */
function shardOf(written: string): NonNullable<ReplayOptions['shard']> {
  const [, number = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/u.exec(written) ?? []).map(Number);
  if (number >= 1 && number <= of) return { number, of };
  throw invalidInput(`--shard ${written} names no part`, {
    hint: 'Write which part and of how many, such as 3/16: from 1/16 to 16/16.',
  });
}
