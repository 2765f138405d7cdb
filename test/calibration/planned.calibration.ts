import { calibrate } from './calibrate.ts';
import { planned } from './grid.ts';

calibrate(planned);
