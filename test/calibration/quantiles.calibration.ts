import { calibrate } from './calibrate.ts';
import { quantiles } from './grid.ts';

calibrate(quantiles);
