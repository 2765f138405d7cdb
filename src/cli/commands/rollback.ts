import type { Command } from 'commander';
import { ExitCode } from '../../domain/exit-code.ts';
import type { CommandContext } from '../command-context.ts';
import { tellOthers } from './tell-others.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';
import type { RollbackOptions } from '../../gate/act/roll-back.ts';

interface WrittenOptions extends RollbackOptions {
  readonly rehearse?: boolean;
  readonly format: OutputFormat;
}

/** `canary rollback`: what a person on call runs. */
export function registerRollback(program: Command, context: CommandContext): void {
  program
    .command('rollback')
    .summary('take the candidate out of traffic now, without evidence')
    .description(
      'Takes the candidate out of traffic: users get the version that served before. Reads the plan and the registry and nothing else, so it works ' +
        'when the log, a model or the candidate is broken. Exits 0 when the candidate is out of traffic, also when it was before; and 5 when it is out in the registry, but an ' +
        'apply command of the plan failed.',
    )
    .argument('<plan|model>', 'rollout plan; with --registry the name of a model')
    .option('--registry <dir>', "the registry's folder, to roll back a model without a plan")
    .option(
      '--to <version>',
      'the version that serves instead, which must have been stable (default: the one before the candidate)',
    )
    .option('--rehearse', 'do it on a copy, and record the date and the outcome in the registry')
    .option('--reason <text>', 'why, for the record')
    .option('--by <name>', 'who, for the record')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  canary rollback rollouts/intent.yaml --reason "timeouts in checkout" --by ana\n' +
        '  canary rollback intent-classifier --registry registry\n  canary rollback rollouts/intent.yaml --rehearse',
    )
    .action(async (target: string, { rehearse = false, format, ...options }: WrittenOptions) => {
      const { world, terminal } = context;
      if (rehearse) {
        const { rehearseRollback } = await import('../../gate/act/rehearse-rollback.ts');
        const { rehearsalText } = await import('../../report/commands/rollback-text.ts');
        const rehearsal = await rehearseRollback(world, target, options);
        terminal.result(format === 'json' ? jsonText(rehearsal) : rehearsalText(rehearsal, terminal.style));
        return;
      }
      const { rollBackRollout } = await import('../../gate/act/roll-back.ts');
      const { rollbackText } = await import('../../report/commands/rollback-text.ts');
      const rollback = await rollBackRollout(world, target, options);
      terminal.result(format === 'json' ? jsonText(rollback) : rollbackText(rollback, terminal.style));
      if (rollback.action === 'rollback' && options.registry === undefined) await tellOthers(world, target, rollback);
      if (rollback.action === 'rollback' && rollback.apply?.applied === false) context.exit(ExitCode.noVerdict);
    });
}
