#!/usr/bin/env node
// The program of a model's own process; started by canary, never by hand.
import { serveModel } from '../dist/models/host/host-process.js';
serveModel(process);
