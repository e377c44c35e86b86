/** The options that say what a package is like and how it is made and proved, for every command that makes one. */
import type { Argv } from 'yargs';
import { allowedCodes } from '../usecases/allow.js';
import { generateDefaults, profileNames } from '../usecases/generate/generate-defaults.js';
import type { GenerateRequest } from '../usecases/generate/generate-files.js';
import { type CacheWords, cacheOf, cacheOptions } from './cache-option.js';
import {
  allowOption,
  allowProgramOption,
  companionOption,
  countOption,
  eraseBlock,
  eraseBlockOption,
  memoryOption,
  modesOption,
  partsOption,
  properties,
  propertyOption,
  rollbackOption,
  sizeOption,
} from './options.js';

/** From `--parts` to `--device-memory`. `--cache` and `--no-cache` rule each other out. */
export const makingOptions = {
  parts: {
    type: 'string',
    default: 'a',
    describe: 'What to update: a (all), or letters of l (root file system), m (modem), o (kernel)',
  },
  jobs: { type: 'string', describe: 'Worker threads', defaultDescription: 'one for each processor' },
  effort: {
    choices: ['fast', 'normal', 'best'],
    default: generateDefaults.encoding.effort,
    describe: 'How much time to spend on small patches',
  },
  'with-rollback': rollbackOption,
  engine: {
    choices: ['dfota', 'bsdiff-node', 'compare'],
    default: 'dfota',
    describe: 'Who makes the patches: dfota, or the package bsdiff-node; compare measures both',
  },
  memory: memoryOption,
  ...cacheOptions,
  verify: {
    choices: ['full', 'quick', 'off'],
    default: generateDefaults.verify.level,
    describe: 'Proof on the simulated device: with every power cut, with some, or none at all',
  },
  profile: {
    choices: profileNames,
    default: generateDefaults.verify.profile,
    describe: 'Which device to simulate',
  },
  'erase-block': eraseBlockOption,
  property: propertyOption,
  'allow-program': allowProgramOption,
  'boot-update': {
    choices: ['resumable', 'in-place', 'whole'],
    default: generateDefaults.bootUpdate,
    describe: 'How the kernel is written; only resumable and whole survive every power cut',
  },
  'script-dialect': {
    choices: ['assert', 'abort'],
    default: generateDefaults.dialect,
    describe: "How the script writes its checks: assert, as in the maker's note, or abort, as newer Android does",
  },
  permissions: {
    choices: ['set_perm', 'set_metadata'],
    describe: 'Functions that set owners and modes',
    defaultDescription: 'use_set_metadata in META/misc_info.txt',
  },
  allow: allowOption,
  companion: companionOption,
  modes: modesOption,
  'no-moves': { type: 'boolean', describe: 'Do not patch moved files from their old path' },
  'no-copies': { type: 'boolean', describe: 'Do not copy files that are also elsewhere in the build: send them' },
  'no-cross-bases': { type: 'boolean', describe: 'Do not patch files from similar ones elsewhere' },
  'cache-size': { type: 'string', describe: 'Fail when more than this is needed in /cache' },
  'system-free': { type: 'string', describe: 'Fail when more than this is needed on /system' },
  'usrdata-free': { type: 'string', describe: 'Fail when more than this is needed in usrdata' },
  'device-memory': { type: 'string', describe: 'Fail when the updater needs more memory than this' },
} as const;

/** Has the help show the options by what they are about. */
export function grouped<Given>(program: Argv<Given>): Argv<Given> {
  return program
    .group(['cache-size', 'system-free', 'usrdata-free', 'device-memory'], 'Limits of the device:')
    .group(
      ['boot-update', 'script-dialect', 'permissions', 'modes', 'no-moves', 'no-copies', 'no-cross-bases'],
      'Contents of the package:',
    )
    .group(['verify', 'profile', 'erase-block', 'property', 'allow-program'], 'Proof:')
    .group(['effort', 'engine', 'jobs', 'memory', 'cache', 'cache-read-only', 'no-cache'], 'Making patches:');
}

/** The words that the options take. */
export interface MakingWords
  extends CacheWords,
    Pick<GenerateRequest, 'lists' | 'companion' | 'modes' | 'bootUpdate' | 'permissions' | 'configuration'> {
  readonly parts: string;
  readonly allow?: readonly string[] | undefined;
  readonly withRollback?: boolean | undefined;
  readonly noMoves?: boolean | undefined;
  readonly noCopies?: boolean | undefined;
  readonly noCrossBases?: boolean | undefined;
  readonly scriptDialect: GenerateRequest['dialect'];
  readonly effort: GenerateRequest['encoding']['effort'];
  readonly engine?: 'dfota' | 'bsdiff-node' | 'compare' | undefined;
  readonly jobs?: string | undefined;
  readonly memory?: string | undefined;
  readonly cacheSize?: string | undefined;
  readonly systemFree?: string | undefined;
  readonly usrdataFree?: string | undefined;
  readonly deviceMemory?: string | undefined;
  readonly eraseBlock?: string | undefined;
  readonly property?: readonly string[] | undefined;
  readonly allowProgram?: readonly string[] | undefined;
  readonly verify: GenerateRequest['verify']['level'];
  readonly profile: GenerateRequest['verify']['profile'];
}

/** What the options say. Throws UsageError. */
export function makingOf(
  options: MakingWords,
): Omit<GenerateRequest, 'sources' | 'target' | 'output' | 'record' | 'provenance' | 'sbom' | 'otherOutputs'> {
  const { lists, companion, modes, bootUpdate, permissions, effort, verify, profile, configuration } = options;
  return {
    configuration,
    lists,
    companion,
    modes,
    parts: partsOption(options.parts),
    bootUpdate,
    levers: {
      ...generateDefaults.levers,
      moves: options.noMoves !== true,
      copies: options.noCopies !== true,
      crossBases: options.noCrossBases !== true,
    },
    chmod: generateDefaults.chmod,
    dialect: options.scriptDialect,
    permissions,
    encoding: {
      effort,
      engine: options.engine === 'bsdiff-node' ? 'bsdiff-node' : undefined,
      jobs: countOption('jobs', options.jobs, 1, 256),
      memory: sizeOption('memory', options.memory),
      ...cacheOf(options),
    },
    limits: {
      cacheSize: sizeOption('cache-size', options.cacheSize),
      systemFree: sizeOption('system-free', options.systemFree),
      usrdataFree: sizeOption('usrdata-free', options.usrdataFree),
      deviceMemory: sizeOption('device-memory', options.deviceMemory),
    },
    verify: {
      level: verify,
      profile,
      eraseBlock: eraseBlock(options.eraseBlock),
      properties: properties(options.property),
      allowedPrograms: options.allowProgram,
    },
    allow: allowedCodes(options.allow),
    withRollback: options.withRollback === true,
    compareEngines: options.engine === 'compare',
  };
}
