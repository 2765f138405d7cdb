import { expect, test } from 'vitest';
import { ChunkSize } from '../../src/replay/request-chunks.ts';

test('messages begin with one batch and grow to 2,048 requests while answers come soon', () => {
  const size = new ChunkSize(64);
  const sizes = Array.from({ length: 8 }, () => {
    const { rows } = size;
    size.answered(rows, 10);
    return rows;
  });
  expect(sizes).toEqual([64, 128, 256, 512, 1024, 2048, 2048, 2048]);
});

test('messages that take over a second become smaller, down to one batch', () => {
  const size = new ChunkSize(64);
  for (let times = 0; times < 3; times += 1) size.answered(size.rows, 10);
  size.answered(512, 3000);
  expect(size.rows).toBe(256);
  size.answered(256, 600);
  expect(size.rows).toBe(256);
  for (let times = 0; times < 5; times += 1) size.answered(size.rows, 3000);
  expect(size.rows).toBe(64);
});

test('the last few requests, which are soon answered, say nothing', () => {
  const size = new ChunkSize(64);
  size.answered(10, 1);
  expect(size.rows).toBe(64);
});

test('a batch of more than 2,048 requests is sent whole', () => {
  const size = new ChunkSize(3000);
  size.answered(3000, 1);
  expect(size.rows).toBe(3000);
});
