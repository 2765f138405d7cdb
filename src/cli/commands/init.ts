import type { Command } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import type { CommandContext } from '../command-context.ts';
import type { InitialiseOptions } from '../../gate/init/initialise-from-log.ts';

/** `canary init`: something that runs, to change into one's own. */
export function registerInit(program: Command, context: CommandContext): void {
  program
    .command('init')
    .summary('write a starter plan, request log and registry that evaluate out of the box')
    .description(
      'Writes a commented rollout plan, a small log of requests with the recorded outcomes of two versions, and a registry. They evaluate out of ' +
        'the box; replace them with your own one by one. With --log and --registry it writes a plan alone, from what your own log and registry hold: ' +
        'fields, segments, hours, guardrails of the task, and what the log can see of each. Overwrites nothing.',
    )
    .argument('[dir]', 'folder to write into', '.')
    .option('--live', 'a starter whose stages rest on what a gateway served, ramp included')
    .option('--log <file>', 'your request log: a file or a quoted glob')
    .option('--registry <dir>', 'your registry')
    .option('--model <name>', 'the model, where the registry has several')
    .addHelpText(
      'after',
      `
Examples:
  canary init my-rollout && canary evaluate my-rollout/rollout.yaml
  canary init my-live-rollout --live
  canary init rollouts --log 'logs/*.jsonl' --registry models`,
    )
    .action(
      async (
        folder: string,
        { live, log, registry, model }: Partial<InitialiseOptions> & { readonly live?: boolean },
      ) => {
        if (live === true && (log !== undefined || registry !== undefined)) {
          throw invalidInput('--live is a starter of its own, and --log writes a plan for a log of yours', {
            hint: 'Leave one of the two out.',
          });
        }
        if (log !== undefined && registry !== undefined) {
          const { initialiseFromLog } = await import('../../gate/init/initialise-from-log.ts');
          const options = { log, registry, ...(model === undefined ? {} : { model }) };
          const { file } = await initialiseFromLog(context.world, folder, options);
          context.terminal.result(`wrote ${file}\n\nNext: canary plan ${file}\n`);
          return;
        }
        const lonely = Object.entries({ '--log': log, '--registry': registry, '--model': model }).find(
          ([, value]) => value !== undefined,
        );
        if (lonely !== undefined) {
          throw invalidInput(`${lonely[0]} needs --log and --registry beside it`, {
            hint: "canary init my-rollout --log 'logs/*.jsonl' --registry models",
          });
        }
        const { initialise } = await import('../../gate/init/initialise.ts');
        const files = await initialise(context.world, folder, { live: live === true });
        context.terminal.result(files.map((file) => `wrote ${file}\n`).join(''));
        context.terminal.result(`\nNext: canary evaluate ${files[0] ?? folder}\n`);
      },
    );
}
