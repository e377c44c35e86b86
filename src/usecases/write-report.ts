/** What the command line needs of the disk: reports that it was asked to keep in a file, and refusals in words. */
export { writeText } from '../files/output.js';

import { asOutputError } from '../files/system-error.js';

export { systemFault } from '../files/system-error.js';
export { adoptTemporary, keepTemporary, removeAllTemporary, watchTemporary } from '../files/temporary.js';

/** The error of a result that did not arrive on the standard output. */
export function outputLost(error: Error): unknown {
  return asOutputError(error, 'standard output');
}
