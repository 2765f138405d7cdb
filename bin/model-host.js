#!/usr/bin/env node
// The program of a model's own process; started by canary, never by hand.
import { createRequire } from 'node:module';

const { load } = createRequire(import.meta.url)('../dist/bundle/start.cjs');

const { serveModel } = load('host-process.cjs');

serveModel(process);
