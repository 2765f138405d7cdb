import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RowRange } from '../../../src/replay/store/row-range.ts';
import { WriteBehind } from '../../../src/replay/store/write-behind.ts';

/** Notes what is written as the rows of each write. */
function recorder(failures: readonly Error[] = []) {
  const written: string[] = [];
  const left = [...failures];
  const behind = new WriteBehind<RowRange>(async (chunks) => {
    await wait(1);
    const failure = left.shift();
    if (failure !== undefined) throw failure;
    written.push(chunks.map(({ from, to }) => `${from}-${to}`).join(' '));
  });
  return { written, behind };
}

test('chunks that follow one another are written together, in order, whatever the order in which they are finished', async () => {
  const { written, behind } = recorder();
  await behind.add({ from: 64, to: 128 });
  await behind.add({ from: 0, to: 64 });
  await behind.add({ from: 256, to: 300 });
  expect(written).toEqual([]);
  await behind.flush();
  expect(written).toEqual(['0-64 64-128', '256-300']);
});

test('a chunk waits a second for others and no longer', async () => {
  const { written, behind } = recorder();
  await behind.add({ from: 0, to: 64 });
  await wait(1600);
  expect(written).toEqual(['0-64']);
  await behind.flush();
  expect(written).toEqual(['0-64']);
});

test('many rows do not wait', async () => {
  const { written, behind } = recorder();
  for (let from = 0; from < 16_384; from += 4096) await behind.add({ from, to: from + 4096 });
  await wait(50);
  expect(written).toEqual(['0-4096 4096-8192', '8192-12288 12288-16384']);
});

test('what could not be written is told to whoever adds next, and is tried once more at the end', async () => {
  const { written, behind } = recorder([new Error('the disk is full')]);
  await behind.add({ from: 0, to: 8192 });
  await wait(50);
  await expect(behind.add({ from: 8192, to: 8256 })).rejects.toThrow('the disk is full');
  await behind.flush();
  expect(written).toEqual(['0-8192 8192-8256']);
});

test('a failure at the end is told', async () => {
  const { written, behind } = recorder([new Error('the disk is full')]);
  await behind.add({ from: 0, to: 64 });
  await expect(behind.flush()).rejects.toThrow('the disk is full');
  expect(written).toEqual([]);
});
