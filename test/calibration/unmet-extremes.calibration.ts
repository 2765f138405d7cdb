import { calibrate } from './calibrate.ts';
import { unmetExtremes } from './grid.ts';

calibrate(unmetExtremes);
