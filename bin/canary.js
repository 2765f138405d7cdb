#!/usr/bin/env node
import { createRequire } from 'node:module';

// By `require`, which does not read the file for its exports first, as `import` does.
const { load } = createRequire(import.meta.url)('../dist/bundle/start.cjs');

const { main } = load('main.cjs');

process.exitCode = await main(process);
