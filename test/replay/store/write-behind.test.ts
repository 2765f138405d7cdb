import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RowRange } from '../../../src/replay/store/row-range.ts';
import { type WindowRows, WriteBehind } from '../../../src/replay/store/write-behind.ts';

const window = { from: 0, to: 8192 };

function rows(from: number, to: number, of: RowRange = window): WindowRows {
  return { from, to, window: of };
}

/** Notes what is written as the rows of each write. @param stored how many rows of every window are there already */
function recorder({
  failures = [],
  stored = 0,
}: { readonly failures?: readonly Error[]; readonly stored?: number } = {}) {
  const written: string[] = [];
  const left = [...failures];
  const write = async (chunks: readonly WindowRows[]): Promise<void> => {
    const failure = left.shift();
    if (failure !== undefined) throw failure;
    written.push(chunks.map(({ from, to }) => `${from}-${to}`).join(' '));
  };
  return { written, behind: new WriteBehind<WindowRows>(write, () => stored) };
}

test('chunks that follow one another are written together, in order, whatever the order in which they are finished', async () => {
  const { written, behind } = recorder();
  await behind.add(rows(64, 128));
  await behind.add(rows(0, 64));
  await behind.add(rows(256, 300));
  expect(written).toEqual([]);
  await behind.flush();
  expect(written).toEqual(['0-64 64-128', '256-300']);
});

test('what there is of a window waits a second for the rest', async () => {
  const { written, behind } = recorder();
  await behind.add(rows(0, 64));
  await expect.poll(() => written, { timeout: 60_000, interval: 50 }).toEqual(['0-64']);
  await behind.flush();
  expect(written).toEqual(['0-64']);
});

test('a whole window does not wait, and takes nothing of the next with it', async () => {
  const { written, behind } = recorder();
  const next = { from: 8192, to: 16_384 };
  await behind.add(rows(8192, 8256, next));
  await behind.add(rows(0, 4096));
  await behind.add(rows(4096, 8192));
  await wait(0);
  expect(written).toEqual(['0-4096 4096-8192']);
  await behind.flush();
  expect(written).toEqual(['0-4096 4096-8192', '8192-8256']);
});

test('rows of two windows are written apart, also where they follow one another', async () => {
  const { written, behind } = recorder();
  await behind.add(rows(8128, 8192));
  await behind.add(rows(8192, 8256, { from: 8192, to: 16_384 }));
  await behind.flush();
  expect(written).toEqual(['8128-8192', '8192-8256']);
});

test('the last rows of a window that was begun before do not wait', async () => {
  const { written, behind } = recorder({ stored: 8128 });
  await behind.add(rows(8128, 8192));
  await wait(0);
  expect(written).toEqual(['8128-8192']);
});

test('what could not be written is told to whoever adds next, and is tried once more at the end', async () => {
  const { written, behind } = recorder({ failures: [new Error('the disk is full')] });
  await behind.add(rows(0, 8192));
  await wait(0);
  await expect(behind.add(rows(8192, 8256, { from: 8192, to: 16_384 }))).rejects.toThrow('the disk is full');
  await behind.flush();
  expect(written).toEqual(['0-8192', '8192-8256']);
});

test('a failure at the end is told', async () => {
  const { written, behind } = recorder({ failures: [new Error('the disk is full')] });
  await behind.add(rows(0, 64));
  await expect(behind.flush()).rejects.toThrow('the disk is full');
  expect(written).toEqual([]);
});
