import { calibrate } from './calibrate.ts';
import { servedProportions } from './grid.ts';

calibrate(servedProportions);
