import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { cacheFolder } from './cache-folder.ts';
import { KeptCode } from './kept-code.ts';

type Require = (id: string) => unknown;

/** The files of the bundle, of which this one's build is the first. */
const bundle = dirname(fileURLToPath(import.meta.url));
const nodeRequire = createRequire(import.meta.url);

/**
 * Imports an installed package, or a module of the user's by its URL, for the other files of the bundle: what V8 takes
 * from a cache cannot import by itself.
 */
export function importModule(specifier: string): Promise<unknown> {
  return import(specifier);
}

/**
 * Loads a program of the bundle, with the code that V8 made of it at an earlier start where it was kept. Node's own
 * compile cache is there from 22.1 on only, checks no owner, and `canary status` takes 1.4 times as long with it.
 *
 * @returns what the program exports
 */
export function load(entry: 'main.cjs' | 'host-process.cjs'): unknown {
  const file = join(bundle, entry);
  const folder = process.env['NODE_DISABLE_COMPILE_CACHE'] === undefined ? cacheFolder(process) : undefined;
  const user = process.getuid?.();
  if (folder === undefined || user === undefined) return nodeRequire(file);
  return bundleLoader(new KeptCode(folder, user))(file);
}

/** Loads files of the bundle as Node's `require` would, and keeps what V8 compiled when the process ends. */
function bundleLoader(kept: KeptCode): (file: string) => unknown {
  const modules = new Map<string, { exports: unknown }>();
  const compiled: { readonly file: string; readonly text: string; readonly script: Script }[] = [];
  process.once('exit', (code) => {
    // Node ends with 1 where a program crashed, and whoever waits for it then should hear of it at once.
    if (compiled.length === 0 || code === 1) return;
    for (const { file, text, script } of compiled) kept.write(file, text, script);
    kept.prune();
  });
  const require: Require = (id) =>
    id.startsWith('./') && id !== './start.cjs' ? loadFile(join(bundle, id)) : nodeRequire(id);
  const loadFile = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const text = readFileSync(file, 'utf8');
    const cachedData = kept.read(file, text);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
      filename: file,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected === true) compiled.push({ file, text, script });
    const module = { exports: {} };
    modules.set(file, module);
    script.runInThisContext()(module.exports, require, module, file, bundle);
    return module.exports;
  };
  return loadFile;
}
