import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const days = ['2026-11-01', '2026-11-02', '2026-11-03'];

/**
 * A version of the fixtures' intent classifier.
 *
 * @typedef {object} FixtureModel
 * @property {string} version
 * @property {string} folder
 * @property {string} sha256
 * @property {{ output: { kind: 'classification', labels: string[] } }} signature
 */

/**
 * @param {string} version
 * @returns {Promise<FixtureModel>}
 */
export async function fixtureModel(version) {
  const registry = path.join(fixtures, 'registry');
  const { versions } = JSON.parse(await readFile(path.join(registry, 'intent-classifier.json'), 'utf8'));
  const { artifact, signature } = versions[version];
  return { version, folder: path.join(registry, artifact.path), sha256: artifact.sha256, signature };
}

/**
 * The fixtures' 10,000 recorded requests, in order of time.
 *
 * @returns {Promise<{ input: string, label: string }[]>}
 */
export async function fixtureRequests() {
  const files = await Promise.all(days.map((day) => readFile(path.join(fixtures, 'requests', `${day}.jsonl`), 'utf8')));
  return files.flatMap((file) =>
    file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

/**
 * Writes the fixtures' inputs over and over, one JSON text per line.
 *
 * @param {string} file
 * @param {number} count of the lines
 */
export async function writeInputs(file, count) {
  const texts = (await fixtureRequests()).map(({ input }) => JSON.stringify(input));
  const lines = Array.from({ length: count }, (_, index) => texts[index % texts.length]);
  await writeFile(file, `${lines.join('\n')}\n`);
}
