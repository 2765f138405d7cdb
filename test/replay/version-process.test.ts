import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { invalidInput } from '../../src/domain/errors.ts';
import { ParquetWriter } from '../../src/replay/store/parquet-table.ts';
import { isWorthIt, mayHaveTwo, SecondProcess, withModel } from '../../src/replay/version-process.ts';
import { prepareWork, replayMissing, resultOf } from '../../src/replay/version-work.ts';
import { colourSpec, temporaryFolder } from '../models/fixtures/tiny-model.ts';
import { contents, countReplayed, never, openRequests, replayOf, storedFiles } from './fixtures/replays.ts';

const rows = 3 * 8192;

test('two processes of a version give what one gives, in the same files', async () => {
  const db = await openRequests(rows);
  const [alone, shared] = [await replayOf(db, colourSpec(), { folder: temporaryFolder() }), temporaryFolder()];
  expect(await countReplayed(alone)).toBe(rows);
  const work = await prepareWork({ ...alone, store: { folder: shared, fresh: false } });
  await withModel(work.replay, never, async (first) => {
    await withModel(work.replay, never, async (other) => {
      const open: SecondOpen = (use) => use(other, 0);
      const secondOf = () => new SecondProcess({ first, openedInMs: 0, rows, open, isWorthIt: () => true });
      expect(await replayMissing(work, first, new ParquetWriter(db), secondOf)).toBe(rows);
      // Each has answered something, since it knows its memory.
      for (const { peakMemory } of [first, other]) expect(peakMemory).toBeGreaterThan(0);
    });
  });
  const together = storedFiles(shared);
  expect(together).toHaveLength(3);
  // Their names hold their digests.
  const separate = storedFiles(alone.store.folder);
  expect(together.map((path) => basename(path))).toEqual(separate.map((path) => basename(path)));
  expect(together.map((path) => readFileSync(path))).toEqual(separate.map((path) => readFileSync(path)));
  expect(await contents(db, resultOf(work))).toHaveLength(rows);
  // Each held what a part of the requests makes it hold.
  expect(resultOf(work).peakMemory).toBeNull();
});

test('a version whose memory is judged has one process, which answers every request', async () => {
  const db = await openRequests(10);
  const { spec } = await replayOf(db, colourSpec(), { folder: temporaryFolder() });
  expect(mayHaveTwo({ spec }, 0)).toBe(true);
  expect(mayHaveTwo({ spec, oneProcess: true }, 0)).toBe(false);
});

test('a version that cannot be loaded twice is computed by the process that it has', async () => {
  const db = await openRequests();
  const work = await prepareWork(await replayOf(db, colourSpec(), { folder: temporaryFolder() }));
  let tries = 0;
  const open = (): Promise<never> => {
    tries += 1;
    return Promise.reject(invalidInput('its licence allows one process'));
  };
  await withModel(work.replay, never, async (model, openedInMs) => {
    const secondOf = () => new SecondProcess({ first: model, openedInMs, rows: 2500, open, isWorthIt: () => true });
    await replayMissing(work, model, new ParquetWriter(db), secondOf);
  });
  expect(tries).toBe(1);
  expect(resultOf(work).missing).toEqual([]);
});

test('a second process is opened where what is left takes longer than opening it, and fits into the memory', () => {
  const pace = { answered: 1000, rows: 10_000, elapsedMs: 300, openedInMs: 400, peakMemory: 1e8, freeMemory: 1e9 };
  expect(isWorthIt(pace)).toBe(true);
  expect(isWorthIt({ ...pace, elapsedMs: 100 })).toBe(false);
  expect(isWorthIt({ ...pace, answered: 9000 })).toBe(false);
  expect(isWorthIt({ ...pace, openedInMs: 1000 })).toBe(false);
  expect(isWorthIt({ ...pace, peakMemory: 6e8 })).toBe(false);
  expect(isWorthIt({ ...pace, peakMemory: null })).toBe(false);
});

type SecondOpen = ConstructorParameters<typeof SecondProcess>[0]['open'];
