import type { CodeTexts } from './code-text.js';

/** What may be wrong with a queue of jobs. */
export const queuesCodes = {
  'queue-url': {
    meaning: 'the address of a queue is not valid',
    remedy: 'give redis://HOST:PORT or rediss://HOST:PORT, and a password in the variable DFOTA_QUEUE_PASSWORD',
  },
  'queue-missing': {
    meaning: 'a queue was named, and the packages bullmq and ioredis are not installed',
    remedy: 'install them beside dfota: npm install bullmq ioredis',
  },
  'queue-unreachable': {
    meaning: 'the server of the queue cannot be reached, or was lost and did not come back',
    remedy: 'check the address, and that Redis or Valkey runs there; then run again: what was made is there',
  },
  'queue-refused': {
    meaning: 'the server of the queue asks for a password, or does not accept the one that was given',
    remedy: 'put the password into the variable DFOTA_QUEUE_PASSWORD',
  },
  'queue-other-version': {
    meaning: 'the worker is of another version than the run that put the job into the queue, and makes other bytes',
    remedy: 'run the same version of dfota everywhere',
  },
  'queue-worker-lost': {
    meaning: 'the workers that began the job were lost: it was tried elsewhere once, and not again',
    remedy: 'look at the machines: memory that ran out is the usual reason (--memory, --concurrency 1)',
  },
  'queue-elsewhere': {
    meaning: 'a worker has made the package, and it is not in the folder of this machine',
    remedy: 'give workers the same folder, by a shared disk, with --root',
  },
  'queue-job': {
    meaning: 'the queue holds what is no job of dfota',
    remedy: 'give the fleet a queue of its own, with --queue-name',
  },
} as const satisfies CodeTexts;
