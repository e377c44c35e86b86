import type { CodeTexts } from './code-text.js';

/** What may be wrong with a command line, or end a run whatever its input. */
export const usageCodes = {
  usage: {
    meaning: 'the command line has an unknown command or option, or an option without its value',
    remedy: 'compare it with dfota COMMAND --help',
  },
  parts: {
    meaning: 'the word that says which parts to update does not parse',
    remedy: 'give letters of a (all), l (root file system), m (modem), o (kernel), such as lm',
  },
  size: {
    meaning: 'a size does not parse',
    remedy: 'give bytes, as in 4096, 512K, 1G (powers of 1024) or 70MB (powers of 1000)',
  },
  'memory-option': {
    meaning:
      'the memory that --memory allows is too little for the largest file that is to be patched, applied or looked into',
    remedy: 'allow as much as the message says, or leave the option out',
  },
  property: {
    meaning: 'a property for the simulated module is not of the form NAME=VALUE',
    remedy: 'give it as in --property ro.product.device=sdxlemur',
  },
  count: {
    meaning: 'a number does not parse or is out of its range',
    remedy: 'give a whole number in the range that the message states',
  },
  day: {
    meaning: 'a day does not parse',
    remedy: 'give it as YEAR-MONTH-DAY, such as 2026-11-21',
  },
  change: {
    meaning: 'a word after --only of dfota audit names no kind of change',
    remedy: 'give one or more of the words that the message lists',
  },
  builds: {
    meaning: 'the builds, or the options that stand in for them, do not fit together',
    remedy: 'see dfota generate --help for the combinations that do',
  },
  pattern: {
    meaning: 'a pattern of --only cannot be understood',
    remedy: 'correct its brackets; * stands for a part of a name, ** for any folders',
  },
  allow: {
    meaning: '--allow was given a word that is not the code of an error which can be accepted',
    remedy: 'give one of the codes that the message lists',
  },
  'nothing-chosen': {
    meaning: '--only matches nothing in the input',
    remedy: 'see what there is with dfota ls; patterns start at the top, such as SYSTEM/etc',
  },
  'explain-unknown': {
    meaning: 'the word is neither a code that dfota knows nor a file',
    remedy: 'check the spelling, or name the file of a recovery log',
  },
  'log-gzip': {
    meaning: 'a compressed log cannot be unpacked',
    remedy: 'copy it again, or unpack it with gunzip first',
  },
  'log-too-large': {
    meaning: 'the file is too large for a recovery log',
    remedy: 'name the log itself, such as last_log, not an image or an archive of logs',
  },
  interrupted: {
    meaning: 'the run was stopped from outside before its end; nothing was left behind',
    remedy: 'run the command again',
  },
  'internal-error': {
    meaning: 'dfota itself failed; your files are not at fault',
    remedy: 'report it with the message, the command and the versions of dfota and Node.js',
  },
} as const satisfies CodeTexts;
