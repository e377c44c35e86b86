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
  'delivery-name': {
    meaning: 'a name, path or address holds characters that may not be sent to a module',
    remedy: 'use letters, digits and . _ / : @ % ? = - only',
  },
  'delivery-words': {
    meaning: 'the options of a delivery do not fit together',
    remedy: 'see dfota deliver --help',
  },
  'delivery-busy': {
    meaning: 'another delivery uses the port',
    remedy: 'wait until it is done',
  },
  'delivery-journal': {
    meaning: 'the journal with which a delivery is to go on is damaged, or of another package',
    remedy: 'deliver without --resume',
  },
  'delivery-port': {
    meaning: 'the port cannot be opened, or does not answer as the AT port of a module',
    remedy: 'look which programs hold the port, and whether it is the AT port',
  },
  'serial-missing': {
    meaning: 'a serial port was named, and the package serialport is not installed',
    remedy: 'run npm install serialport beside dfota, or use tcp://HOST:PORT',
  },
  'adb-missing': {
    meaning: 'a module behind ADB was named, and the packages for it are not installed',
    remedy: 'run npm install @yume-chan/adb @yume-chan/adb-server-node-tcp @yume-chan/stream-extra beside dfota',
  },
  'adb-server': {
    meaning: 'no ADB server answers',
    remedy: 'start it with adb start-server, or name it with --adb-server',
  },
  'adb-device': {
    meaning: 'the ADB server has no such module, or several where none was named',
    remedy: 'look at adb devices, and name the module with --adb',
  },
  address: {
    meaning: 'an address does not parse',
    remedy: 'give tcp://HOST:PORT',
  },
} as const satisfies CodeTexts;
