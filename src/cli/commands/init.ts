import type { Command } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import { fieldOption } from '../options/field-option.ts';
import type { CommandContext } from '../command-context.ts';
import type { WrittenPlan } from '../../gate/init/initialise-from-log.ts';
import type { FoundInLog, LogOptions } from '../../gate/init/look-at-log.ts';
import type { Questions } from '../../gate/world.ts';

interface InitOptions {
  readonly live?: boolean;
  readonly yes?: boolean;
  readonly log?: string;
  readonly registry?: string;
  readonly model?: string;
  readonly field?: readonly string[];
  readonly baseline?: string;
  readonly candidate?: string;
}

/** `canary init`: a plan for a log of one's own, or something that runs, to change into one's own. */
export function registerInit(program: Command, context: CommandContext): void {
  program
    .command('init')
    .summary('write a plan for your log, or a starter that evaluates out of the box')
    .description(
      'With --log it reads a sample of your log, shows what it takes for id, time, unit, version, latency, error and label, and writes a plan. ' +
        'On a terminal it asks for what the log does not say, and whether the rest is right. What nobody answers becomes a TODO line with candidates. Where there is no registry it makes one, with the versions and labels of the ' +
        "log's own answers. Without --log it writes a starter: a plan, a small log and a registry. It overwrites only a plan that it wrote itself and that nobody has changed since.",
    )
    .argument('[dir]', 'folder to write into', '.')
    .option('--log <file>', 'your request log: a file or a quoted glob')
    .addOption(fieldOption('where the log keeps something, such as id=txn_id; repeat it for more'))
    .option('--baseline <name>', 'what the log calls the version that serves now')
    .option('--candidate <name>', 'what the log calls the version that wants to replace it')
    .option('--registry <dir>', 'your registry (default: the folder registry beside the plan)')
    .option('--model <name>', 'the model')
    .option('-y, --yes', 'ask nothing: take what the log says, and leave the rest as TODO lines')
    .option('--live', 'a starter whose stages rest on what a gateway served, including the ramp')
    .addHelpText(
      'after',
      `
Names for --field: id, time, unit, version, latency, error, prediction, score, label, input, outcomes.
A latency may say its unit (latency=request_time:s); - means that the log has no such field (label=-).

Examples:
  canary init my-rollout && canary evaluate my-rollout/rollout.yaml
  canary init rollouts --log 'logs/*.jsonl'
  canary init rollouts --log gateway.csv --field id=txn_id --field latency=took:s`,
    )
    .action(async (folder: string, options: InitOptions) => {
      const questions = options.yes === true ? undefined : context.world.questions;
      const log = options.log ?? (await askForLog(context, questions, options));
      if (log === undefined) {
        requireNothingOfALog(options);
        await writeStarter(context, folder, options.live === true);
        return;
      }
      if (options.live === true) {
        throw invalidInput('--live writes a starter, and --log a plan for a log of yours', {
          hint: 'Leave one of them out.',
        });
      }
      const { readFieldAnswer } = await import('../../gate/init/answered-fields.ts');
      const { live: _live, yes: _yes, field = [], ...named } = options;
      await initialiseFromLog(context, folder, { ...named, log, fields: field.map(readFieldAnswer) }, questions);
    });
}

/** Asks for a log where nothing says what to write. @returns undefined for the starter */
async function askForLog(
  { world }: CommandContext,
  questions: Questions | undefined,
  { live, registry, model, field, baseline, candidate }: InitOptions,
): Promise<string | undefined> {
  if (questions === undefined) return undefined;
  if ([live, registry, model, field, baseline, candidate].some((option) => option !== undefined)) return undefined;
  const { askWhichLog } = await import('../../gate/init/ask-which-log.ts');
  return await askWhichLog(world, questions);
}

async function writeStarter({ world, terminal }: CommandContext, folder: string, live: boolean): Promise<void> {
  const { initialise } = await import('../../gate/init/initialise.ts');
  const files = await initialise(world, folder, { live });
  terminal.result(files.map((file) => `wrote ${file}\n`).join(''));
  terminal.result(`\nNext: canary evaluate ${files[0] ?? folder}\n`);
}

/** @throws UserError (exit 2) for options that say something of a log where none is named */
function requireNothingOfALog({ registry, model, field, baseline, candidate }: InitOptions): void {
  const lonely = Object.entries({ registry, model, field, baseline, candidate }).find(
    ([, value]) => value !== undefined,
  );
  if (lonely === undefined) return;
  throw invalidInput(`--${lonely[0]} says something about a log, but no log is named`, {
    hint: "Write --log too: canary init my-rollout --log 'logs/*.jsonl'",
  });
}

async function initialiseFromLog(
  { world, terminal }: CommandContext,
  folder: string,
  given: LogOptions,
  questions: Questions | undefined,
): Promise<void> {
  const { lookAtLog } = await import('../../gate/init/look-at-log.ts');
  const { writePlanFromLog } = await import('../../gate/init/initialise-from-log.ts');
  const { takenFromLog } = await import('../../gate/init/taken-from-log.ts');
  const { takenText } = await import('../../report/commands/init-text.ts');
  const show = ({ log }: LogOptions, found: FoundInLog) =>
    terminal.result(`${takenText(takenFromLog(log, found), terminal.style)}\n`);
  if (questions === undefined) {
    const found = await lookAtLog(world, folder, given);
    show(given, found);
    await tellPlan({ world, terminal }, await writePlanFromLog(world, folder, given, found));
    return;
  }
  const { askAboutLog } = await import('../../gate/init/ask-about-log.ts');
  const { commandOf } = await import('../../gate/init/command-of.ts');
  const { options, found } = await askAboutLog(world, questions, folder, given, show);
  terminal.result(`\nTo do the same without questions: ${commandOf(folder, options)}\n\n`);
  await tellPlan({ world, terminal }, await writePlanFromLog(world, folder, options, found));
}

/** Tells what was written and what is left to do. @throws UserError where `canary plan` refuses the plan as it is */
async function tellPlan(
  { terminal }: Pick<CommandContext, 'world' | 'terminal'>,
  { file, registryFile, found, warnings, refusal }: WrittenPlan,
): Promise<void> {
  const { leftToDoText } = await import('../../report/commands/init-text.ts');
  const { roleWords } = await import('../../gate/init/field-names.ts');
  const { diagnosticsText } = await import('../../report/words/findings-text.ts');
  terminal.result(`wrote ${file}\n${registryFile === undefined ? '' : `wrote ${registryFile}\n`}`);
  const todos = found.todos.map(({ role, ...todo }) => ({ what: roleWords[role], ...todo }));
  const left = leftToDoText(todos, terminal.style);
  if (left !== '') terminal.result(`\n${left}`);
  if (warnings.length > 0) terminal.diagnostic(`\n${diagnosticsText(warnings, terminal.errorStyle)}`);
  if (refusal === undefined) {
    terminal.result(`\nNext: canary evaluate ${file}\n`);
    return;
  }
  const needed = todos.filter(({ isNeeded }) => isNeeded);
  if (needed.length === 0) throw refusal;
  const options = needed.map(({ what, candidates }) => `--field ${what}=${candidates[0] ?? 'PATH'}`).join(' ');
  throw invalidInput(
    `${file} is written, but needs ${needed.map(({ what }) => what).join(' and ')} before canary plan takes it`,
    {
      hint: `Run canary init again with ${options}, or write it into the plan.`,
    },
  );
}
