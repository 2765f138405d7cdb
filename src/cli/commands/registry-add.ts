import { type Command, Option } from 'commander';
import { runtimes } from '../../domain/registry.ts';
import type { AddOptions } from '../../gate/registry/add-version.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from './format-option.ts';

/** `canary registry add`: a new version, hashed and numbered. */
export function registerRegistryAdd(registry: Command, { world, terminal }: CommandContext): void {
  registry
    .command('add')
    .summary('add a version, hashed and numbered')
    .description(
      'Adds a version. Without a number it gets the next by rule: MAJOR when the input, the output or the labels changed against the stable version, ' +
        'MINOR for a retrain, PATCH when data and code are the same. The first version of a model is stable and has all traffic.',
    )
    .argument('<folder>', "the registry's folder")
    .argument('<model>', 'the model')
    .argument('[version]', 'MAJOR.MINOR.PATCH (default: the next by rule)')
    .requiredOption('--signature <json|file>', 'what it takes and gives: {"input": …, "output": …}')
    .option('--artifact <dir>', "folder of the model's files, inside the registry's folder; every file is hashed")
    .option(
      '--runtime <name>',
      `what runs it: ${runtimes.join(', ')}; recorded is for outcomes in the log (default: by the endpoint, the command, or the files of the artifact)`,
    )
    .option('--endpoint <json|file>', 'of http: where it answers, {"url": …, "protocol": …}; see docs/runtimes.md')
    .option('--command <json>', 'of command: the program and its arguments, ["python3", "serve.py"]')
    .option('--data <path|hash>', 'training data: a path to hash, or a hash such as sha256:…')
    .option('--code <path|hash>', 'training code: a path to hash, or a hash such as git:…')
    .option('--metrics <json|file>', 'numbers from training: {"accuracy": 0.91}')
    .option('--compat <json|file>', 'for callers of the stable version: {"labels": {"new-label": "its label"}}')
    .option('--description <text>', 'what sets it apart, in a sentence')
    .addOption(
      new Option('--bump <size>', 'how its number follows from the stable one')
        .choices(['auto', 'major', 'minor', 'patch'])
        .default('auto'),
    )
    .option('--dry-run', 'print the number and the hashes, and write nothing')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExample:\n  canary registry add registry intent-classifier --artifact registry/models/intent/1.6.0 \\\n' +
        '    --signature signature.json --data data/train.jsonl --code src/train --metrics \'{"accuracy": 0.92}\'',
    )
    .action(
      async (
        folder: string,
        model: string,
        version: string | undefined,
        options: AddOptions & { readonly format: OutputFormat },
      ) => {
        const { addToRegistry } = await import('../../gate/registry/add-version.ts');
        const { addedText } = await import('../../report/commands/registry-text.ts');
        const added = await addToRegistry(world, folder, model, version, options);
        terminal.result(options.format === 'json' ? jsonText(added) : addedText(added, terminal.style));
      },
    );
}
