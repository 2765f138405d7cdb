import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { firstBrokenLink, nextLink } from '../../../src/registry/file/hash-chain.ts';
import { entered } from '../example-registry.ts';

const { history } = entered(['shadow', 'canary-5', 'half']);

test('the chain begins with the hash of the empty string', () => {
  expect(nextLink([])).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('a link is the hash of the entry with its keys in order and no white space, as the shell computes it', () => {
  const { revision, at, action, version, rollout, stage, weight, previous } = history[0] ?? {};
  const canonical = JSON.stringify({ action, at, previous, revision, rollout, stage, version, weight });
  const [digest] = execFileSync('sha256sum', { input: canonical, encoding: 'utf8' }).split(' ');
  expect(history[1]?.previous).toBe(`sha256:${digest}`);
});

test('a history that transitions made holds', () => {
  expect(firstBrokenLink(history)).toBeUndefined();
});

test('the order of the keys does not matter', () => {
  const turned = history.map(({ previous, rollout = '', stage = '', ...rest }) => ({
    stage,
    previous,
    rollout,
    ...rest,
  }));
  expect(firstBrokenLink(turned)).toBeUndefined();
});

test('a changed, removed or swapped entry breaks the chain', () => {
  const [first, second, third] = history;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three entries were made');
  expect(firstBrokenLink([{ ...first, version: '1.6.0' }, second, third])).toBe(1);
  expect(firstBrokenLink([first, third])).toBe(1);
  expect(firstBrokenLink([second, first, third])).toBe(0);
});
