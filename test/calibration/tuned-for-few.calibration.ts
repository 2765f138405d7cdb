import { calibrate } from './calibrate.ts';
import { tunedForFew } from './planned-grid.ts';

calibrate(tunedForFew);
