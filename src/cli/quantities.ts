export { showCount, showDuration, showSize } from '../report/quantities.js';
