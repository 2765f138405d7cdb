import { calibrate } from './calibrate.ts';
import { unmetExtremes } from './corner-grid.ts';

calibrate(unmetExtremes);
