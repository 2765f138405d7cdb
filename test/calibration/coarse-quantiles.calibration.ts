import { calibrate } from './calibrate.ts';
import { coarseQuantiles } from './corner-grid.ts';

calibrate(coarseQuantiles);
