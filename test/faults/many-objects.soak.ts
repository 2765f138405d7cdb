import { expect, onTestFinished, test } from 'vitest';
import { listObjects } from '../../src/remote/storage/list.ts';
import { EmulatedBucket, emulators } from '../remote/emulators.ts';

const count = 10_000;
const together = 20;

test.each(emulators)('$name names all of 10,000 objects', async (emulator) => {
  expect(emulator.isThere, `${emulator.name} is not installed`).toBe(true);
  const bucket = await EmulatedBucket.open(emulator);
  onTestFinished(() => bucket.stop());
  for (let from = 0; from < count; from += together)
    await Promise.all(
      Array.from({ length: together }, (_, index) => bucket.put(`many/${from + index}.txt`, Buffer.from('x'))),
    );
  const { signal } = new AbortController();
  const listed = await listObjects(bucket.access, bucket.of('many/*.txt'), signal);
  expect(new Set(listed.map(({ key }) => key)).size).toBe(count);
  expect(listed).toHaveLength(count);
});
