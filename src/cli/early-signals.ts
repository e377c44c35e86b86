/**
 * Ends the process as asked while the program is still being loaded: nothing is begun by then. It needs next to nothing itself, so that it is
 * there before all else. Without it the system's own way would do outside of a container; its first process would not hear a signal.
 */
import { codeOfSignal, stoppedText } from './exit-codes.js';

const listeners = Object.entries(codeOfSignal).map(([signal, code]) => ({
  signal,
  end: (): void => {
    process.stderr.write(`${stoppedText}\n`);
    process.exit(code);
  },
}));

/** Hears the signals that stop a run, until `hearNoLonger`. */
export function hearEarly(): void {
  for (const { signal, end } of listeners) process.on(signal, end);
}

/** Leaves the signals to whoever hears them now. */
export function hearNoLonger(): void {
  for (const { signal, end } of listeners) process.off(signal, end);
}
