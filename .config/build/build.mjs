/**
 * Makes dist/: the program as CommonJS files, one for each set of commands that share it, and dist/modules/, the same modules one by one, for benchmarks and
 * tests that call a part of the program in a process of their own. Types are checked elsewhere (`npm run types`).
 *
 * CommonJS, because V8's code cache can be handed to a script, but not to an ES module.
 */
import { readFileSync, rmSync } from 'node:fs';

import { rolldown } from 'rolldown';

import { compiledValidators } from './compiled-validators.mjs';
import { importsByNode } from './imports-by-node.mjs';
import { lazySegmenter } from './lazy-segmenter.mjs';
import { thirdPartyLicences } from './third-party-licences.mjs';
import { wasmFiles } from './wasm-files.mjs';

const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What npm installs beside the program; every other package is bundled. */
const installed = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
const entries = {
  start: 'src/start/start.ts',
  main: 'src/cli/main.ts',
  'host-process': 'src/models/host/host-process.ts',
};

/** What bundled packages use where somebody installed it, and do without. */
const leftOut = ['@valkey/valkey-glide', 'msgpackr-extract', 'pg'];

/** @type {import('rolldown').InputOptions} */
const shared = {
  input: entries,
  platform: 'node',
  tsconfig: 'tsconfig.json',
  transform: { target: 'node20.19' },
  onLog: (level, log, report) => {
    // That completion offers its scripts lazily and imports their names at once is meant.
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') report(level, log);
  },
};

/** @param {readonly string[]} packages */
const oneOf = (packages) => (/** @type {string} */ id) =>
  packages.some((name) => id === name || id.startsWith(`${name}/`));

async function bundle() {
  const build = await rolldown({
    ...shared,
    external: oneOf([...installed, ...leftOut]),
    plugins: [
      compiledValidators(),
      importsByNode(),
      lazySegmenter(),
      wasmFiles('@tensorflow/tfjs-backend-wasm'),
      thirdPartyLicences('THIRD-PARTY-LICENCES.txt'),
    ],
  });
  await build.write({
    dir: 'dist/bundle',
    format: 'cjs',
    // One byte a character in memory: V8 reads such a script faster.
    charset: 'ascii',
    comments: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
  });
}

async function modules() {
  const build = await rolldown({
    ...shared,
    treeshake: false,
    external: (id) => !/^[./]/u.test(id),
  });
  await build.write({
    dir: 'dist/modules',
    format: 'esm',
    preserveModules: true,
    preserveModulesRoot: 'src',
    entryFileNames: '[name].js',
  });
}

rmSync('dist', { recursive: true, force: true });
await bundle();
await modules();
