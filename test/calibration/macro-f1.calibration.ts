import { calibrate } from './calibrate.ts';
import { macroF1s } from './grid.ts';

calibrate(macroF1s);
