import { calibrate } from './calibrate.ts';
import { spendings } from './corner-grid.ts';

calibrate(spendings);
