import { calibrate } from './calibrate.ts';
import { jackknifed } from './grid.ts';

calibrate(jackknifed);
