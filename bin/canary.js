#!/usr/bin/env node
import { createRequire } from 'node:module';

// By `require`, which does not read the file for its exports first, as `import` does.
const { load } = createRequire(import.meta.url)('../dist/bundle/start.cjs');

try {
  const { main } = load('main.cjs');
  process.exitCode = await main(process);
} catch (error) {
  // Node would exit 1, which means nothing here; what the system could not give is no bug.
  const { code, message, stack } = error;
  const ofTheMachine = ['EMFILE', 'ENFILE', 'EIO', 'ENOMEM', 'EAGAIN'].includes(code);
  console.error(ofTheMachine ? `error canary could not be loaded: ${message}` : stack);
  process.exitCode = ofTheMachine ? 5 : 70;
}
