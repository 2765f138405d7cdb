import { calibrate } from './calibrate.ts';
import { relativeProportions } from './grid.ts';

calibrate(relativeProportions);
