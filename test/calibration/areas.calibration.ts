import { calibrate } from './calibrate.ts';
import { areas } from './grid.ts';

calibrate(areas);
