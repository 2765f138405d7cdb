import { calibrate } from './calibrate.ts';
import { means } from './grid.ts';

calibrate(means);
