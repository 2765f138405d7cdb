import * as fc from 'fast-check';

// A merge must not fail by the luck of a draw that its change did not make: CI draws the same examples each time, everybody
// else draws new ones.
if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 20_261_121 });
