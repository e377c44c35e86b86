import type { CodeTexts } from './code-text.js';

/** What may go wrong around a module: the simulated one, and the delivery to any. */
export const deliveryCodes = {
  'module-fault': {
    meaning: 'a fault that the simulated module is to show does not parse',
    remedy: 'give NAME or NAME=VALUE with a name that the message lists',
  },
  'module-state': {
    meaning: 'the folder holds no simulated module, or one whose state is damaged',
    remedy: 'give the module another folder with --state',
  },
  'module-other-firmware': {
    meaning: 'the simulated module in the folder was made with another firmware',
    remedy: 'name that firmware, or give the module another folder with --state',
  },
  'module-locked': {
    meaning: 'another process runs the simulated module of that folder',
    remedy: 'end that process first',
  },
  'module-words': {
    meaning: 'the options of dfota module do not fit together',
    remedy: 'give --firmware, --listen and --state to run a module, or --state and --tree to write its files',
  },
  address: {
    meaning: 'an address does not parse',
    remedy: 'give tcp://HOST:PORT',
  },
} as const satisfies CodeTexts;
