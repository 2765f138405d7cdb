import { calibrate } from './calibrate.ts';
import { planned } from './planned-grid.ts';

calibrate(planned);
