import { Command } from 'commander';
import { exitCodeMeanings } from '../domain/exit-code.ts';
import { registerApply } from './commands/apply.ts';
import { registerAttest } from './commands/attest.ts';
import { registerApprove } from './commands/approve.ts';
import { registerAssign } from './commands/assign.ts';
import { registerCompare } from './commands/compare.ts';
import { registerCompat } from './commands/compat.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerExport } from './commands/export.ts';
import { registerEvaluate } from './commands/evaluate.ts';
import { registerInit } from './commands/init.ts';
import type { CommandContext } from './command-context.ts';
import { registerMirror } from './commands/mlflow/mirror.ts';
import { registerNotify } from './commands/notify.ts';
import { registerPlan } from './commands/plan.ts';
import { registerPromote } from './commands/promote.ts';
import { registerRegistry } from './commands/registry.ts';
import { registerReplay } from './commands/replay.ts';
import { registerReport } from './commands/report.ts';
import { registerRequests } from './commands/requests.ts';
import { registerRollback } from './commands/rollback.ts';
import { registerSelftest } from './commands/selftest.ts';
import { registerSimulate } from './commands/simulate.ts';
import { registerSql } from './commands/warehouse/sql.ts';
import { registerStatus } from './commands/status.ts';
import { registerVerify } from './commands/verify.ts';
import { registerWatch } from './commands/watch.ts';
import { registerWorker } from './commands/worker.ts';

/** Commander wraps its own part of the help at this width where there is no terminal. */
const helpColumns = 80;

/** The whole command line: what every command is called, takes and says of itself. */
export function createProgram(context: CommandContext): Command {
  const { world, terminal, safety } = context;
  const program = new Command('canary')
    .description(
      'Decides whether a new version of a machine-learning model may take more traffic: replays recorded requests ' +
        'through both versions and prints increase, hold or rollback, with the evidence.',
    )
    .version(world.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError('(see --help)')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.result(text),
      writeErr: (text) => terminal.diagnostic(text.trimEnd()),
    })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  safety.addOptions(program);
  for (const register of [
    registerInit,
    registerPlan,
    registerSimulate,
    registerSelftest,
    registerReplay,
    registerWorker,
    registerEvaluate,
    registerCompare,
    registerReport,
    registerAttest,
    registerVerify,
    registerApprove,
    registerPromote,
    registerRollback,
    registerApply,
    registerWatch,
    registerNotify,
    registerMirror,
    registerCompat,
    registerStatus,
    registerAssign,
    registerExport,
    registerSql,
    registerRegistry,
    registerRequests,
    registerCompletion,
  ]) {
    register(program, context);
  }
  program.addHelpText(
    'after',
    () =>
      `\n${exitCodeHelp(program)}\n\nFirst steps: canary init my-rollout && canary evaluate my-rollout/rollout.yaml`,
  );
  return program;
}

function exitCodeHelp(command: Command): string {
  const help = command.createHelp();
  const indent = ' '.repeat(7);
  const lines = exitCodeMeanings.map(([code, meaning]) => {
    const wrapped = help.boxWrap(meaning, helpColumns - indent.length).replaceAll('\n', `\n${indent}`);
    return `  ${String(code).padEnd(4)} ${wrapped}`;
  });
  return ['Exit codes:', ...lines].join('\n');
}
