import { calibrate } from './calibrate.ts';
import { pairedProportions } from './grid.ts';

calibrate(pairedProportions);
