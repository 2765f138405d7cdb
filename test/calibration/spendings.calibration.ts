import { calibrate } from './calibrate.ts';
import { spendings } from './grid.ts';

calibrate(spendings);
