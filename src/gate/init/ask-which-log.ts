import { resolveRequestFiles } from '../../requests/files/request-files.ts';
import { UserError } from '../../domain/errors.ts';
import type { Questions, World } from '../world.ts';

const own = 'own';
const starter = 'starter';

/**
 * Asks whether the plan is for a log of one's own, and for which, until one is named that is there.
 * @returns undefined where a starter is wanted.
 * @throws UserError (exit 130)
 */
export async function askWhichLog(world: World, questions: Questions): Promise<string | undefined> {
  const wanted = await questions.choose('What do you want to begin with?', [
    { value: own, label: 'a plan for a request log of mine' },
    { value: starter, label: 'a starter: a small log and a plan that runs at once' },
  ]);
  if (wanted === starter) return undefined;
  for (let question = 'Where is the log? Name a file, or several as in logs/*.jsonl'; ;) {
    const log = await questions.write(question, '', (answer) =>
      answer.trim() === '' ? 'Name a file of requests: JSON lines, CSV or Parquet.' : undefined,
    );
    try {
      await resolveRequestFiles(world.cwd, [log.trim()], 'log');
      return log.trim();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      question = `${error.message}\nWhere is the log?`;
    }
  }
}
