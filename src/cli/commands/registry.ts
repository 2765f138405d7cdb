import { type Command, Option } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { CommandContext } from '../command-context.ts';
import { runtimes } from '../../domain/registry.ts';
import { fieldOption } from '../options/field-option.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';
import { registerImport } from './mlflow/import.ts';
import type { AddOptions } from '../../gate/registry/add-version.ts';

interface Formatted {
  readonly format: OutputFormat;
}

/** `canary registry`: the versions of a model, without anybody editing JSON. */
export function registerRegistry(program: Command, context: CommandContext): void {
  const registry = program
    .command('registry')
    .summary('add, show, compare and verify the versions of a model')
    .description(
      'Reads and adds to a registry: a folder with one JSON file per model. Only promote and rollback move traffic.',
    )
    .addHelpText('after', '\nExamples:\n  canary registry list registry\n  canary registry verify registry');
  registerRegistryAdd(registry, context);
  registerImport(registry, context);
  registerList(registry, context);
  registerShow(registry, context);
  registerDiff(registry, context);
  registerVerify(registry, context);
  registerChangelog(registry, context);
}

function registerList(registry: Command, { world, terminal }: CommandContext): void {
  registry
    .command('list')
    .summary('list models and versions')
    .description('Lists the models of a registry with their versions, their status and their share of the traffic.')
    .argument('<folder>', "the registry's folder")
    .argument('[model]', 'only this model')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary registry list registry')
    .action(async (folder: string, model: string | undefined, { format }: Formatted) => {
      const { listRegistry } = await import('../../gate/registry/inspect-registry.ts');
      const { registryListText } = await import('../../report/commands/registry-text.ts');
      const models = await listRegistry(world, folder, model);
      terminal.result(format === 'json' ? jsonText(models) : registryListText(models, terminal.style));
    });
}

function registerShow(registry: Command, { world, terminal }: CommandContext): void {
  registry
    .command('show')
    .summary('show one version')
    .description('Shows one version: where it stands, what it is made of, and what happened to it.')
    .argument('<folder>', "the registry's folder")
    .argument('<model>', 'the model')
    .argument('[version]', 'a version or an alias', 'stable')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary registry show registry intent-classifier 1.5.0')
    .action(async (folder: string, model: string, version: string, { format }: Formatted) => {
      const { showVersion } = await import('../../gate/registry/inspect-registry.ts');
      const { registryShowText } = await import('../../report/commands/registry-text.ts');
      const shown = await showVersion(world, folder, model, version);
      terminal.result(format === 'json' ? jsonText(shown) : registryShowText(shown, terminal.style));
    });
}

function registerDiff(registry: Command, { world, terminal }: CommandContext): void {
  registry
    .command('diff')
    .summary('show how two versions differ')
    .description(
      'Shows how two versions differ: signature, labels, hashes, metrics, and the step that their numbers should make.',
    )
    .argument('<folder>', "the registry's folder")
    .argument('<model>', 'the model')
    .argument('<from>', 'a version or an alias')
    .argument('<to>', 'a version or an alias')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary registry diff registry intent-classifier stable 1.5.0')
    .action(async (folder: string, model: string, from: string, to: string, { format }: Formatted) => {
      const { diffVersions } = await import('../../gate/registry/inspect-registry.ts');
      const { registryDiffText } = await import('../../report/commands/registry-diff-text.ts');
      const difference = await diffVersions(world, folder, model, [from, to]);
      terminal.result(format === 'json' ? jsonText(difference) : registryDiffText(difference, terminal.style));
    });
}

function registerVerify(registry: Command, { world, terminal, exit }: CommandContext): void {
  registry
    .command('verify')
    .summary('check schema, history, traffic and every artifact')
    .description(
      "Checks the schema, the chain of the history, the traffic against its sum and the stage entered, and every artifact's hash. Exits 5 when " +
        'anything is not as it should be.',
    )
    .argument('<folder>', "the registry's folder")
    .argument('[model]', 'only this model')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary registry verify registry')
    .action(async (folder: string, model: string | undefined, { format }: Formatted) => {
      const { verifyRegistry } = await import('../../gate/registry/inspect-registry.ts');
      const { verificationJson, verificationText } = await import('../../report/commands/registry-verify-text.ts');
      const found = await verifyRegistry(world, folder, model);
      terminal.result(format === 'json' ? jsonText(verificationJson(found)) : verificationText(found, terminal.style));
      if (found.some(({ problems }) => problems.length > 0)) exit(ExitCode.noVerdict);
    });
}

function registerChangelog(registry: Command, { world, terminal }: CommandContext): void {
  registry
    .command('changelog')
    .summary('write the changelog again from the history')
    .description("Writes a model's changelog again from its history, and prints where it is.")
    .argument('<folder>', "the registry's folder")
    .argument('<model>', 'the model')
    .addHelpText('after', '\nExample:\n  canary registry changelog registry intent-classifier')
    .action(async (folder: string, model: string) => {
      const { remakeChangelog } = await import('../../gate/registry/inspect-registry.ts');
      terminal.result(`wrote ${await remakeChangelog(world, folder, model)}\n`);
    });
}

/** `canary registry add`: a new version, hashed and numbered. */
function registerRegistryAdd(registry: Command, { world, terminal }: CommandContext): void {
  registry
    .command('add')
    .summary('add a version, hashed and numbered')
    .description(
      'Adds a version. Without a number it gets the next one by rule: MAJOR when the input, the output or the labels changed against the stable version, ' +
        'MINOR for a retrain, PATCH when data and code are the same. The first version of a model is stable and has all traffic.',
    )
    .argument('<folder>', "the registry's folder")
    .argument('<model>', 'the model')
    .argument('[version]', 'MAJOR.MINOR.PATCH (default: the next by rule)')
    .option('--signature <json|file>', 'what it takes and gives: {"input": …, "output": …}')
    .option(
      '--labels-from <log>',
      "instead of a signature: take the labels from the version's answers in a log; truths are never taken for labels",
    )
    .addOption(fieldOption('where that log keeps something, as canary init takes it'))
    .option('--served-as <name>', 'what that log calls the version (default: its number)')
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
    .action(async (folder: string, model: string, version: string | undefined, options: WrittenVersion) => {
      const { addToRegistry } = await import('../../gate/registry/add-version.ts');
      const { addedText } = await import('../../report/commands/registry-text.ts');
      const signature = await signatureOf(world, version, options);
      const added = await addToRegistry(world, folder, model, version, {
        ...options,
        ...runtimeOf(options),
        signature,
      });
      terminal.result(options.format === 'json' ? jsonText(added) : addedText(added, terminal.style));
    });
}

type WrittenVersion = Omit<AddOptions, 'signature'> & SignatureOptions & Formatted;

/** What is read from a log is in the log, where nothing else is said of where it is from. */
function runtimeOf({ runtime, labelsFrom, artifact, endpoint, command }: WrittenVersion): Pick<AddOptions, 'runtime'> {
  if (runtime !== undefined) return { runtime };
  const isElsewhere = [artifact, endpoint, command].some((each) => each !== undefined);
  return labelsFrom === undefined || isElsewhere ? {} : { runtime: 'recorded' };
}

interface SignatureOptions {
  readonly signature?: string;
  readonly labelsFrom?: string;
  readonly field?: readonly string[];
  readonly servedAs?: string;
}

/** The signature as it was written, or with the labels that a log's answers have, which are told. */
async function signatureOf(
  world: CommandContext['world'],
  version: string | undefined,
  { signature, labelsFrom, field = [], servedAs }: SignatureOptions,
): Promise<string> {
  if ((signature === undefined) === (labelsFrom === undefined)) {
    throw invalidInput('A version needs --signature or --labels-from, and not both', {
      hint: '--signature signature.json says what it takes and gives; --labels-from log.jsonl reads its labels from its answers.',
    });
  }
  if (labelsFrom === undefined) return signature ?? '';
  const { outputFromLog } = await import('../../gate/init/look-at-log.ts');
  const { readFieldAnswer } = await import('../../gate/init/answered-fields.ts');
  const { output, strangeTruths } = await outputFromLog(
    world,
    labelsFrom,
    field.map(readFieldAnswer),
    servedAs ?? version,
  );
  if (output.kind === 'classification')
    world.note(`${output.labels.length} labels, from its answers: ${output.labels.join(', ')}`);
  if (strangeTruths.length > 0)
    world.note(`Truths that it never answered, so they are not labels: ${strangeTruths.join(', ')}`);
  return JSON.stringify({ output });
}
