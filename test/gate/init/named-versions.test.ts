import { expect, test } from 'vitest';
import { namedVersions } from '../../../src/gate/init/named-versions.ts';

test.each([
  { names: ['v7', 'v8'], baseline: ['v7', '7.0.0'], candidate: ['v8', '8.0.0'] },
  { names: ['v10', 'v9'], baseline: ['v9', '9.0.0'], candidate: ['v10', '10.0.0'] },
  { names: ['1.4.2', '1.5.0'], baseline: ['1.4.2', '1.4.2'], candidate: ['1.5.0', '1.5.0'] },
  { names: ['canary', 'stable'], baseline: ['stable', '1.0.0'], candidate: ['canary', '1.1.0'] },
  { names: ['green', 'blue'], baseline: ['blue', '1.0.0'], candidate: ['green', '1.1.0'] },
  { names: ['8a1f', '8a2c'], baseline: ['8a1f', '1.0.0'], candidate: ['8a2c', '1.1.0'] },
  { names: ['fraud-v11', 'fraud-v12'], baseline: ['fraud-v11', '11.0.0'], candidate: ['fraud-v12', '12.0.0'] },
])('of $names the baseline is $baseline and the candidate $candidate', ({ names, baseline, candidate }) => {
  const found = namedVersions(names.map((name, index) => [name, 100 - index]));
  expect([found?.baseline.name, found?.baseline.version]).toEqual(baseline);
  expect([found?.candidate?.name, found?.candidate?.version]).toEqual(candidate);
});

test('a person may say which is which, and a log of one version has no candidate', () => {
  const said = namedVersions(
    [
      ['a', 9],
      ['b', 5],
      ['c', 1],
    ],
    { baseline: 'c', candidate: 'a' },
  );
  expect([said?.baseline.name, said?.candidate?.name]).toEqual(['c', 'a']);
  expect(namedVersions([['v3', 9]])).toEqual({ baseline: { name: 'v3', version: '3.0.0' } });
});
