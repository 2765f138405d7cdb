import { calibrate } from './calibrate.ts';
import { unmetTails } from './grid.ts';

calibrate(unmetTails, { knownLimit: true });
