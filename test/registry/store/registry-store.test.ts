import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import type { ModelRegistry } from '../../../src/domain/registry.ts';
import { addVersion } from '../../../src/registry/change/add-version.ts';
import { changelogText } from '../../../src/registry/change/changelog.ts';
import {
  listModels,
  readRegistry,
  renewChangelog,
  updateRegistry,
} from '../../../src/registry/store/registry-store.ts';
import { serializeRegistry } from '../../../src/registry/file/serialize-registry.ts';
import { act, decidedOn, entered, startingRegistry } from '../example-registry.ts';
import { filesOfModel, folderWith, model } from '../writer.ts';

const enter = (registry: ModelRegistry) => act(registry, 'increase', 'shadow');
const hold = (registry: ModelRegistry) => act(registry, 'hold', 'shadow');

async function failureOf(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error ?? new Error('it was not refused');
  expect(error.exitCode).toBe(5);
  return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
}

test('a change is written, and told with what was before', async () => {
  const folder = await folderWith(startingRegistry);
  const { before, after, path } = await updateRegistry(folder, model, decidedOn(0), enter);
  expect(before).toStrictEqual(startingRegistry);
  expect(after).toStrictEqual(entered(['shadow']));
  expect(await readFile(path, 'utf8')).toBe(serializeRegistry(after));
});

test('nothing but the file is left after a change', async () => {
  const folder = await folderWith(startingRegistry);
  await updateRegistry(folder, model, decidedOn(0), enter);
  expect((await readdir(folder)).toSorted()).toStrictEqual(filesOfModel);
});

test('a change goes on where only a version was added since it was decided on', async () => {
  const folder = await folderWith(startingRegistry);
  const entry = { artifact: { runtime: 'recorded' }, signature: { output: { kind: 'regression' } } } as const;
  await updateRegistry(folder, model, null, (registry) =>
    addVersion(registry, { version: '1.9.0', entry, at: '2026-11-05T08:00:00.000Z' }),
  );
  const { after } = await updateRegistry(folder, model, decidedOn(0), enter);
  expect([after.revision, Object.keys(after.versions).includes('1.9.0')]).toStrictEqual([2, true]);
  expect(after.history.map(({ action }) => action)).toStrictEqual(['add', 'enter']);
});

test('a file that another change reached first is left alone', async () => {
  const folder = await folderWith(startingRegistry);
  await updateRegistry(folder, model, decidedOn(0), enter);
  expect(await failureOf(updateRegistry(folder, model, decidedOn(0), hold))).toBe(
    `${join(folder, `${model}.json`)} is at revision 1 (enter intent-1.5.0 shadow, 2026-11-05T08:00:00.000Z), not 0: another change came first. Nothing was changed. Run canary status to see where the rollout stands, and evaluate again.`,
  );
  expect((await readRegistry(folder, model)).registry.revision).toBe(1);
});

test('without an expected revision a change is made to whatever is there', async () => {
  const folder = await folderWith(startingRegistry);
  await Promise.all(Array.from({ length: 8 }, () => updateRegistry(folder, model, null, hold)));
  expect((await readRegistry(folder, model)).registry.revision).toBe(8);
});

test('of changes that start at once from the same revision, one is made', async () => {
  const folder = await folderWith(startingRegistry);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => updateRegistry(folder, model, decidedOn(0), hold)),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('every change brings the changelog along', async () => {
  const folder = await folderWith(startingRegistry);
  await updateRegistry(folder, model, decidedOn(0), enter);
  const { after } = await updateRegistry(folder, model, decidedOn(1), hold);
  expect(await readFile(join(folder, `${model}.CHANGELOG.md`), 'utf8')).toBe(changelogText(after));
});

test('a changelog that cannot be written is told, and the change stands', async () => {
  const folder = await folderWith(startingRegistry);
  await mkdir(join(folder, `${model}.CHANGELOG.md`));
  const { changelogFailure } = await updateRegistry(folder, model, decidedOn(0), enter);
  expect(changelogFailure).toMatch(/^The change was made, but .*canary registry changelog writes it later\.$/u);
  expect((await readRegistry(folder, model)).registry.revision).toBe(1);
});

test('a changelog is made again from the history', async () => {
  const folder = await folderWith(entered(['shadow', 'canary-5']));
  const path = await renewChangelog(folder, model);
  expect(path.endsWith(`${model}.CHANGELOG.md`)).toBe(true);
  expect(await readFile(path, 'utf8')).toBe(changelogText(entered(['shadow', 'canary-5'])));
});

test('a refused transition writes nothing and leaves nothing', async () => {
  const folder = await folderWith(startingRegistry);
  const text = await readFile(join(folder, `${model}.json`), 'utf8');
  await failureOf(updateRegistry(folder, model, decidedOn(0), (registry) => act(registry, 'increase', 'half')));
  expect(await readFile(join(folder, `${model}.json`), 'utf8')).toBe(text);
  expect(await readdir(folder)).toStrictEqual([`${model}.json`]);
});

test.each([
  ['that is not valid', (registry: ModelRegistry) => ({ ...enter(registry), traffic: { '1.4.2': 0.5 } })],
  ['two revisions later', (registry: ModelRegistry) => hold(hold(registry))],
  ['at the same revision', (registry: ModelRegistry) => registry],
])('a transition to a state %s is a bug, and nothing is written', async (_, transition) => {
  const folder = await folderWith(startingRegistry);
  const bug: unknown = await updateRegistry(folder, model, decidedOn(0), transition).catch((error: unknown) => error);
  expect(bug).not.toBeInstanceOf(UserError);
  expect(bug).toHaveProperty('message', expect.stringContaining('a change of'));
  expect((await readRegistry(folder, model)).registry).toStrictEqual(startingRegistry);
});

test('a model that is not there is told with the ones that are', async () => {
  const folder = await folderWith(startingRegistry);
  expect(await failureOf(readRegistry(folder, 'intent-clasifier'))).toBe(
    `The registry has no model intent-clasifier: ${join(folder, 'intent-clasifier.json')} does not exist. In ${folder}: did you mean intent-classifier?`,
  );
});

test('a folder that is not there is told', async () => {
  expect(await failureOf(readRegistry('/nowhere/registry', model))).toContain(
    'The registry folder /nowhere/registry does not exist',
  );
});

test('a file of another model is refused', async () => {
  const folder = await folderWith(startingRegistry);
  await writeFile(join(folder, 'other.json'), serializeRegistry(startingRegistry));
  expect(await failureOf(readRegistry(folder, 'other'))).toContain('is the registry of the model intent-classifier');
});

test('the models of a folder are its JSON files', async () => {
  const folder = await folderWith(startingRegistry);
  await mkdir(join(folder, 'models.json'));
  await writeFile(join(folder, 'intent-classifier.CHANGELOG.md'), '');
  await writeFile(join(folder, 'another.json'), '{}');
  expect(await listModels(folder)).toStrictEqual(['another', model]);
});

test('through a link, the file changes and the link stays', async () => {
  const folder = await folderWith(startingRegistry);
  const linked = await folderWith(startingRegistry);
  await mkdir(join(linked, 'here'));
  await symlink(join(folder, `${model}.json`), join(linked, 'here', `${model}.json`));
  await updateRegistry(join(linked, 'here'), model, decidedOn(0), enter);
  expect((await readRegistry(folder, model)).registry.revision).toBe(1);
  expect((await readRegistry(join(linked, 'here'), model)).registry.revision).toBe(1);
});

test('what a killed writer left is cleared away by the next', async () => {
  const folder = await folderWith(startingRegistry);
  await writeFile(join(folder, `.${model}.json.0000.tmp`), '{"schemaVersion": 1, "mo');
  await updateRegistry(folder, model, decidedOn(0), enter);
  expect((await readdir(folder)).toSorted()).toStrictEqual(filesOfModel);
});

test('a folder that may not be written is told, and stays as it was', async () => {
  const folder = await folderWith(startingRegistry);
  await chmod(folder, 0o555);
  const message = await withoutPrivileges(() => failureOf(updateRegistry(folder, model, decidedOn(0), enter)));
  expect(message).toContain('intent-classifier.json cannot be changed: no permission to write in its folder');
  await chmod(folder, 0o755);
  expect(await readdir(folder)).toStrictEqual([`${model}.json`]);
});

/** Root may write everywhere, so a test that is run by root is somebody else for a moment. */
async function withoutPrivileges<T>(action: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}
