import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';
import { interrupted, unusableFile } from '../domain/errors.ts';
import { countOf } from '../domain/format-number.ts';
import type { ScorerSource } from '../domain/scores/score.ts';
import type { Database } from '../database/database.ts';
import type { Permissions } from '../models/host/permissions.ts';
import { type ScoredAnswer, ScoreStore, type ScoreStoreSettings } from './score-store.ts';
import { startScorer } from './scorer-process.ts';

/** Raised whenever stored scores of an older canary would not be what this one writes. */
const scoreLayout = 1;

/** Answers that are stored at once. */
const storedAtOnce = 512;

/** What scoring takes beside the answers. */
export interface Scoring {
  readonly db: Database;
  readonly source: ScorerSource;
  /** Where its command runs: the plan's folder. */
  readonly folder: string;
  readonly permissions: Permissions;
  readonly store: ScoreStoreSettings;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Has every answer of a table scored that is not stored yet, all versions' answers in one order that only the seed decides, so that a scorer can
 * neither see nor guess whose an answer is. Makes the table `scorer_answers`: `key VARCHAR`, `scores VARCHAR` (JSON by name), `error VARCHAR`, `detail VARCHAR`.
 *
 * @param answers a table with the columns `key VARCHAR`, which tells an answer from all others, and `record VARCHAR`, the JSON that the scorer gets
 * @throws UserError exit 130 when stopped, with what is finished kept; exit 5 when the scorer or the store cannot be used
 */
export async function scoreAnswers(scoring: Scoring, answers: string): Promise<void> {
  const { db, source, store: settings, seed } = scoring;
  const store = await ScoreStore.open(db, settings, scorerKey(source));
  await store.load('scorer_answers');
  const waiting = await db.rows(
    `SELECT key, any_value(record) AS record FROM ${answers} WHERE key NOT IN (SELECT key FROM scorer_answers)
     GROUP BY key ORDER BY md5(key || ${String(seed)}), key`,
  );
  if (waiting.length === 0) return;
  if (!scoring.permissions.run) {
    throw unusableFile(`The scorer ${source.command.join(' ')} would have to run, but --no-run allows nothing to run`, {
      hint: 'Scores in the log need no scorer. Run others where their code is trusted.',
    });
  }
  const items = waiting.map(({ key, record }) => ({ key: String(key), record: String(record) }));
  await scoreAll(scoring, store, items);
  await store.load('scorer_answers');
}

/** What scores depend on beside the answer: the command with the texts of its files, not how often or how long it is asked. */
function scorerKey({ kind, command, files }: ScorerSource): string {
  const identity = canonicalJson(['scores', scoreLayout, kind, command, files]);
  return createHash('sha256').update(identity).digest('hex');
}

interface Answer {
  readonly key: string;
  readonly record: string;
}

async function scoreAll(scoring: Scoring, store: ScoreStore, items: readonly Answer[]): Promise<void> {
  const { source, folder, permissions, signal, onProgress } = scoring;
  if (signal.aborted) throw interrupted(`0 of ${items.length} scores are kept`);
  let finished: ScoredAnswer[] = [];
  let storing = Promise.resolve();
  let next = 0;
  let done = 0;
  const keep = (): Promise<void> => {
    const part = finished;
    finished = [];
    if (part.length > 0) storing = storing.then(() => store.add(part));
    return storing;
  };
  const worker = async (): Promise<void> => {
    const program = await startScorer(source, folder, permissions);
    const stop = () => program.abandon();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let item = items[next++]; item !== undefined; item = items[next++]) {
        const record: unknown = JSON.parse(item.record);
        const scored = await program.ask(typeof record === 'object' && record !== null ? record : {});
        if (signal.aborted) return;
        finished.push({ key: item.key, scored });
        done += 1;
        onProgress(done, items.length);
        if (finished.length >= storedAtOnce) await keep();
      }
    } catch (error) {
      // What one of them fails over ends the others.
      next = items.length;
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      await program.close();
    }
  };
  const workers = Array.from({ length: Math.min(source.concurrency, items.length) }, worker);
  const ends = await Promise.allSettled(workers);
  await keep();
  if (signal.aborted) throw interrupted(`${countOf(done, 'score')} of ${items.length} are kept`);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
