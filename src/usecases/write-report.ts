/** What the command line needs of the disk: reports that it was asked to keep in a file, and refusals in words. */
export { writeText } from '../files/output.js';
export { systemFault } from '../files/system-error.js';
export { removeAllTemporary } from '../files/temporary.js';
