import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { fieldOption } from '../options/field-option.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

interface WrittenOptions {
  readonly log: string;
  readonly registry: string;
  readonly field?: readonly string[];
  readonly format: OutputFormat;
}

/** `canary compare`: how two versions differ, without a plan and without a verdict. */
export function registerCompare(program: Command, context: CommandContext): void {
  program
    .command('compare')
    .summary('show how two versions of a model differ, without a plan and without a verdict')
    .description(
      'Compares any two versions of a model on a log, read, replayed and judged for certainty as evaluate does it: every difference with its interval, by segment too. ' +
        'Nothing is decided and nothing is kept; to ask whether a stage may begin, write a plan.',
    )
    .argument('<before>', 'a version or an alias of the registry')
    .argument('<now>', 'the version that is compared with it')
    .argument('[model]', 'the model, where the registry has several')
    .requiredOption('--log <file>', 'the request log: a file or a quoted glob')
    .requiredOption('--registry <dir>', 'the registry')
    .addOption(fieldOption('where the log keeps something, as canary init takes it; repeat it for more'))
    .addOption(formatOption())
    .addHelpText(
      'after',
      "\nExamples:\n  canary compare 1.4.2 1.6.0 --log 'logs/*.jsonl' --registry models\n" +
        '  canary compare stable 1.6.0 intent-classifier --log log.jsonl --registry models --format json',
    )
    .action(async (before: string, now: string, model: string | undefined, options: WrittenOptions) => {
      const { compareVersions } = await import('../../gate/init/compare-versions.ts');
      const { comparedFacts, compareText } = await import('../../report/commands/compare-text.ts');
      const { readFieldAnswer } = await import('../../gate/init/answered-fields.ts');
      const { log, registry, field = [], format } = options;
      const { world, terminal } = context;
      const compared = await compareVersions(world, [before, now], {
        log,
        registry,
        fields: field.map(readFieldAnswer),
        ...(model === undefined ? {} : { model }),
      });
      terminal.result(format === 'json' ? jsonText(comparedFacts(compared)) : compareText(compared, terminal.style));
    });
}
