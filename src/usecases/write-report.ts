/** Reports that the command line was asked to keep in a file. */
export { writeText } from '../files/write-text.js';
