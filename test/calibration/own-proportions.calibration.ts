import { calibrate } from './calibrate.ts';
import { ownProportions } from './grid.ts';

calibrate(ownProportions);
