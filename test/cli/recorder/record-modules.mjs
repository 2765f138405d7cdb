// Preloaded with --import: writes the URL of every module that is imported or required to the file $MODULE_RECORD.
import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const record = process.env.MODULE_RECORD;
register('./resolve-hook.mjs', import.meta.url, { data: record });
const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  for (const file of Object.keys(cache)) appendFileSync(record, `${pathToFileURL(file).href}\n`);
});
