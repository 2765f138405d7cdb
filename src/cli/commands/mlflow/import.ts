import type { Command } from 'commander';
import { runtimes } from '../../../domain/registry.ts';
import type { ImportOptions } from '../../../gate/registry/import-mlflow.ts';
import type { CommandContext } from '../../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../../options/format-option.ts';

interface WrittenImport extends ImportOptions {
  readonly format: OutputFormat;
}

/** `canary registry import mlflow`: a version of a registered model, hashed. */
export function registerImport(registry: Command, { world, terminal }: CommandContext): void {
  registry
    .command('import')
    .summary('add a version from another registry')
    .description('Adds a version that another registry has.')
    .command('mlflow')
    .summary('add a version of an MLflow registered model')
    .description(
      "Fetches the files of a version from an MLflow tracking server into the registry's models/MODEL/VERSION, hashes them, and adds the version with what its run recorded: " +
        'metrics, the commit, and a tag canary.data_hash. Its number is the tag canary.version, or N.0.0.',
    )
    .argument('<folder>', "the registry's folder")
    .argument('<model>', 'the model')
    .requiredOption('--url <url>', 'the tracking server')
    .requiredOption('--signature <json|file>', 'what it takes and gives: {"input": …, "output": …}')
    .option('--registered-model <name>', 'its name in MLflow (default: the model)')
    .option('--model-version <n>', "MLflow's number (default: the newest)")
    .option('--alias <name>', 'the version that an alias is at')
    .option('--token-env <name>', 'the environment variable with the bearer token')
    .option('--runtime <name>', `what runs it: ${runtimes.join(', ')} (default: by its files)`)
    .option('--endpoint <json|file>', 'of http: where it answers; no files are fetched then')
    .option('--command <json>', 'of command: the program and its arguments; no files are fetched then')
    .option('--compat <json|file>', 'for callers of the stable version: {"labels": {"new-label": "its label"}}')
    .option('--description <text>', "what sets it apart, in a sentence (default: MLflow's)")
    .option('--dry-run', 'print the number and the hashes, and add nothing')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExample:\n  canary registry import mlflow registry intent --url http://mlflow:5000 --alias challenger --signature signature.json',
    )
    .action(async (folder: string, model: string, { format, ...options }: WrittenImport) => {
      const { importFromMlflow } = await import('../../../gate/registry/import-mlflow.ts');
      const { addedText } = await import('../../../report/commands/registry-text.ts');
      const added = await importFromMlflow(world, folder, model, options);
      terminal.result(format === 'json' ? jsonText(added) : addedText(added, terminal.style));
    });
}
