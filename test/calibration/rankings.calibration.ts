import { calibrate } from './calibrate.ts';
import { alertRecalls, averagePrecisions } from './ranking-grid.ts';

calibrate(averagePrecisions);
calibrate(alertRecalls);
