// tsc emits only what it compiles: the JSON Schemas that the program reads go to dist/ beside the code that reads them.
import { cpSync, statSync } from 'node:fs';

cpSync('src', 'dist', {
  recursive: true,
  filter: (source) => statSync(source).isDirectory() || source.endsWith('.schema.json'),
});
