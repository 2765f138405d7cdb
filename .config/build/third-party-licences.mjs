import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const rule = `\n\n${'-'.repeat(80)}\n\n`;

/**
 * Writes the licences of all packages of which the bundle holds a part into one file beside it, each text once.
 *
 * @param {string} fileName in the folder of the output
 * @returns {import('rolldown').Plugin}
 * @throws when a package has neither the text of a licence nor the name of one
 */
export function thirdPartyLicences(fileName) {
  return {
    name: 'third-party-licences',
    generateBundle(_options, output) {
      const parts = Object.values(output).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = [...new Set(parts.flatMap(packageFolder))];
      /** @type {Map<string, Set<string>>} */
      const packagesOf = new Map();
      for (const { name, text } of folders.map(licenceOf)) {
        packagesOf.set(text, (packagesOf.get(text) ?? new Set()).add(name));
      }
      const sections = [...packagesOf].map(([text, names]) => `${[...names].toSorted().join('\n')}\n\n${text}`);
      this.emitFile({ type: 'asset', fileName, source: `${sections.toSorted().join(rule)}\n` });
    },
  };
}

/**
 * The folder of the package that a module belongs to; none for a module of ours.
 *
 * @param {string} id
 * @returns {string[]}
 */
function packageFolder(id) {
  const folder = /^[^?]*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/u.exec(id.replace(/^\0/u, ''))?.[0];
  return folder === undefined ? [] : [folder];
}

/** @param {string} folder */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/iu.test(file));
  if (files.length === 0 && typeof license !== 'string') throw new Error(`${folder} names no licence`);
  const texts = files.toSorted().map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return { name: `${name} ${version}`, text: [`Licence: ${license ?? 'as below'}`, ...texts].join('\n\n') };
}
