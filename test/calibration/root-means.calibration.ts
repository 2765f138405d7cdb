import { calibrate } from './calibrate.ts';
import { rootMeans } from './grid.ts';

calibrate(rootMeans);
