import type { CodeTexts } from './code-text.js';

/** What may be wrong with a configuration: the file, its products, the variables of the environment. */
export const configurationCodes = {
  'configuration-two': {
    meaning: 'a folder holds more than one configuration file, so that it is not clear which one counts',
    remedy: 'keep one of them, or name one with --config',
  },
  'configuration-too-large': {
    meaning: 'the file is too large for a configuration, or is no regular file',
    remedy: 'check that it is the right file',
  },
  'configuration-syntax': {
    meaning: 'the configuration is neither YAML nor JSON',
    remedy: 'correct the line that the message names',
  },
  'configuration-key': {
    meaning: 'a key of the configuration is not one that is known there',
    remedy: 'correct its spelling; keys are the names of the options, without the dashes',
  },
  'configuration-value': {
    meaning: 'a value of the configuration is not one that its key takes',
    remedy: 'write what the message expects',
  },
  'configuration-missing': {
    meaning: 'a product of a configuration is named, but there is no configuration file',
    remedy: 'name it with --config, or write one with dfota init',
  },
  'configuration-product': {
    meaning: 'it is not clear which product of the configuration is meant',
    remedy: 'name one of those that the message lists, with --product',
  },
  'environment-value': {
    meaning: 'the value of a variable of the environment is not one that its option takes',
    remedy: 'write what the message expects, or unset the variable',
  },
  'variable-unknown': {
    meaning: 'a variable of the environment begins with DFOTA_, but nothing reads it',
    remedy: 'correct its name, or unset it',
  },
  'init-exists': {
    meaning: 'a file that dfota init would write is there already',
    remedy: 'remove it first, or write into another folder',
  },
} as const satisfies CodeTexts;
