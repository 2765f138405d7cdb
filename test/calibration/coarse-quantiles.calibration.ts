import { calibrate } from './calibrate.ts';
import { coarseQuantiles } from './grid.ts';

calibrate(coarseQuantiles);
