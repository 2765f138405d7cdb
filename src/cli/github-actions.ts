import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, statSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { type Diagnostic, messageOf, unusableFile } from '../domain/errors.ts';

/** A job of GitHub Actions that this program is a step of. */
export interface GitHubActions {
  /** Shows findings on the lines that they are about. */
  annotate(findings: readonly Diagnostic[]): Promise<void>;
  /** Sets outputs of the step. */
  setOutputs(outputs: Readonly<Record<string, string>>): void;
  /** Adds Markdown to the page of the job; `short` where there is no room for it. */
  addSummary(markdown: string, short: string): void;
}

/** GitHub refuses the summary of a step that is larger. */
const mostSummaryBytes = 1024 * 1024;

/** The job that the environment tells of; undefined outside of GitHub Actions. */
export function createGitHubActions(
  environment: NodeJS.ProcessEnv,
  cwd: string,
  write: (line: string) => void,
): GitHubActions | undefined {
  if (environment['GITHUB_ACTIONS'] !== 'true') return undefined;
  const { GITHUB_WORKSPACE: workspace, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary } = environment;
  return {
    annotate: async (findings) => {
      if (findings.length === 0) return;
      const { workflowCommands } = await import('../report/exports/workflow-command.ts');
      for (const line of workflowCommands(findings, (file) => repositoryPath(file, cwd, workspace))) write(line);
    },
    setOutputs: (outputs) => {
      if (output === undefined || output === '') return;
      append('GITHUB_OUTPUT', output, Object.entries(outputs).map(outputEntry).join(''));
    },
    addSummary: (markdown, short) => {
      if (summary === undefined || summary === '') return;
      const used = sizeOf(summary);
      const fits = (text: string) => used + Buffer.byteLength(text) < mostSummaryBytes;
      const text = [markdown, short].find(fits);
      if (text !== undefined) append('GITHUB_STEP_SUMMARY', summary, text.endsWith('\n') ? text : `${text}\n`);
    },
  };
}

/** Annotations name files from the root of the repository. */
function repositoryPath(file: string, cwd: string, workspace: string | undefined): string {
  if (workspace === undefined || workspace === '') return file;
  const path = relative(workspace, resolve(cwd, file));
  return path.startsWith('..') ? file : path.split(sep).join('/');
}

/** With a delimiter that no value can hold, so that a value cannot set another output. */
function outputEntry([name, value]: [string, string]): string {
  const delimiter = `canary_${randomUUID()}`;
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

const appendFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** @throws UserError (exit 5): the steps that follow would read nothing, and must not take that for a verdict. */
function append(variable: string, path: string, text: string): void {
  try {
    // A pipe that nobody reads must not be waited for.
    const file = openSync(path, appendFlags, 0o644);
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unusableFile(`${variable} names ${path}, which cannot be written: ${messageOf(error)}`, {
      hint: 'What the command did stands; only the outputs of this step are missing.',
      cause: error,
    });
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
