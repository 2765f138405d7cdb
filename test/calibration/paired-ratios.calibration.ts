import { calibrate } from './calibrate.ts';
import { pairedRatios } from './grid.ts';

calibrate(pairedRatios);
