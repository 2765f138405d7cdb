import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Puts the WebAssembly files of a package beside the bundle that holds its code.
 *
 * @param {string} name of the package, beside whose main module they are
 * @returns {import('rolldown').Plugin}
 * @throws when there are none
 */
export function wasmFiles(name) {
  return {
    name: 'wasm-files',
    generateBundle() {
      const folder = path.dirname(createRequire(import.meta.url).resolve(name));
      const files = readdirSync(folder).filter((file) => file.endsWith('.wasm'));
      if (files.length === 0) throw new Error(`${name} has no WebAssembly in ${folder}`);
      for (const fileName of files)
        this.emitFile({ type: 'asset', fileName, source: readFileSync(path.join(folder, fileName)) });
    },
  };
}
