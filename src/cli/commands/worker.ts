import type { Command } from 'commander';
import type { WorkerOptions } from '../../gate/outcomes/worker.ts';
import type { CommandContext } from '../command-context.ts';
import { wholeNumber } from '../options/whole-number.ts';

/** `canary worker`: replay windows that others hand out. */
export function registerWorker(program: Command, { world }: CommandContext): void {
  program
    .command('worker')
    .summary('replay windows that canary replay --queue hands out')
    .description(
      'Takes windows of requests from a queue on Redis and replays them into a store, until it is stopped. Any number of workers may come and go: a window ' +
        'whose worker is gone goes to another, and the store alone says what is done.',
    )
    .argument('<plan...>', 'rollout plans whose versions it replays')
    .option('--queue <url>', 'the Redis server: redis://HOST:6379, or rediss:// for TLS')
    .option('--store <place>', 'where outcomes and requests are: a folder that all share, or s3://BUCKET/PREFIX')
    .option('--stage <name>', 'the stage whose requests are replayed (default: the first not yet entered)')
    .option(
      '--lock <seconds>',
      "seconds after which a silent worker's window goes to another (default: 30)",
      wholeNumber('--lock', 1, 3600),
    )
    .addHelpText(
      'after',
      `
Examples:
  canary worker rollouts/intent.yaml --queue redis://queue:6379 --store s3://outcomes/intent     # on each machine
  canary replay rollouts/intent.yaml --queue redis://queue:6379 --store s3://outcomes/intent     # once; ends when everything is replayed`,
    )
    .action(async (plans: string[], options: WorkerOptions) => {
      const { work } = await import('../../gate/outcomes/worker.ts');
      await work(world, plans, options);
    });
}
