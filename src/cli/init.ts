import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

/** `canary init`: something that runs, to change into one's own. */
export function registerInit(program: Command, context: CommandContext): void {
  program
    .command('init')
    .summary('write a starter plan, request log and registry that evaluate out of the box')
    .description(
      'Writes a commented rollout plan, a small log of requests with the recorded outcomes of two versions, and a registry. They evaluate out of ' +
        'the box; replace them with your own one by one. Overwrites nothing.',
    )
    .argument('[dir]', 'folder to write into', '.')
    .addHelpText('after', '\nExample:\n  canary init my-rollout && canary evaluate my-rollout/rollout.yaml')
    .action(async (folder: string) => {
      const { initialise } = await import('../gate/initialise.ts');
      const files = await initialise(context.world, folder);
      context.terminal.result(files.map((file) => `wrote ${file}\n`).join(''));
      context.terminal.result(`\nNext: canary evaluate ${files[0] ?? folder}\n`);
    });
}
