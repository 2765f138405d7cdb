import { createRequire } from 'node:module';
import path from 'node:path';
import { compileFunction } from 'node:vm';

import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { rolldown } from 'rolldown';

const suffix = '?compiled';

/**
 * Replaces every module of ours named `*-validator.ts` by one whose validator Ajv has compiled already, which costs more
 * at run time than most commands do. Such a module exports `schema`, `options` (of Ajv) and one function, which returns
 * the validator.
 *
 * @returns {import('rolldown').Plugin}
 */
export function compiledValidators() {
  return {
    name: 'compiled-validators',
    resolveId(id) {
      return id.endsWith(suffix) ? id : null;
    },
    async load(id) {
      if (id.endsWith(suffix)) {
        const { schema, options } = await run(id.slice(0, -suffix.length));
        const ajv = new Ajv2020({ ...options, code: { source: true } });
        return { code: standalone.default(ajv, ajv.compile(schema)), moduleType: 'js' };
      }
      if (!/[\\/]src[\\/].*-validator\.ts$/u.test(id)) return null;
      const functions = Object.entries(await run(id)).filter(([, value]) => typeof value === 'function');
      const [name] = functions[0] ?? [];
      if (functions.length !== 1) throw new Error(`${id} exports ${functions.length} functions, not one`);
      const code = `import validate from ${JSON.stringify(id + suffix)};\nexport const ${name} = () => validate;`;
      return { code, moduleType: 'js' };
    },
  };
}

/**
 * What a TypeScript module exports.
 *
 * @param {string} file
 * @returns {Promise<Record<string, any>>}
 */
async function run(file) {
  const build = await rolldown({ input: file, platform: 'node', external: (id) => !/^[./]/u.test(id) });
  const { output } = await build.generate({ format: 'cjs', exports: 'named' });
  /** @type {Record<string, unknown>} */
  const exports = {};
  // The text of a module of ours, compiled a moment ago.
  compileFunction(output[0].code, ['exports', 'require'])(exports, createRequire(path.resolve(file)));
  return exports;
}
