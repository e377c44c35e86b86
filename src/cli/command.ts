import type { Argv } from 'yargs';
import type { Action } from './session.js';

/** Takes note of what the parsed command line asks for; nothing runs while it is being parsed. */
export type Choose = (action: Action) => void;

/** Declares one command: its words, options, examples and what it does. */
export type Command = (program: Argv, choose: Choose) => Argv;
