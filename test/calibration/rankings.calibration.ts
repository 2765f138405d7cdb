import { calibrate } from './calibrate.ts';
import { alertRecalls, averagePrecisions } from './grid.ts';

calibrate(averagePrecisions);
calibrate(alertRecalls);
