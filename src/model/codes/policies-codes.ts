import type { CodeTexts } from './code-text.js';

/** What may be wrong with the policy file of an audit. */
export const policiesCodes = {
  'policy-too-large': {
    meaning: 'the policy is too large for one',
    remedy: 'check that it is the right file',
  },
  'policy-empty': {
    meaning: 'the policy says nothing',
    remedy: 'begin it with schema: 1 and write the rules below',
  },
  'policy-syntax': {
    meaning: 'the policy is not YAML',
    remedy: 'correct the line that the message names',
  },
  'policy-value': {
    meaning: 'a value of the policy is not one that is known there',
    remedy: 'write what the message expects',
  },
} as const satisfies CodeTexts;
