/** The schema of fleet.yaml, out of the settings that its reader goes by; and those of what `dfota fleet` writes. */

import { fleetSettings } from '../../../src/input/fleet/read-fleet.js';
import { optionName } from '../../../src/model/configuration/setting.js';
import { settingOf } from '../../../src/model/configuration/settings.js';
import { count, flag, list, maybe, object, one, type Schema, sha256, text } from './build-schema.js';
import { fault, findings, format } from './common.js';
import { fileOf, valueSchema } from './configuration.js';

const versions: Schema = {
  anyOf: [
    { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
    { type: 'string', minLength: 1 },
  ],
};

const path: Schema = { type: 'string', minLength: 1 };

const product: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    archive: { ...path, description: 'Folder that dfota archive has made' },
    sources: {
      description:
        'Versions in the field: their names, patterns of them, or a table with a column for how many devices run each',
      anyOf: [
        versions,
        { type: 'object', additionalProperties: false, required: ['field'], properties: { field: path } },
      ],
    },
    targets: { ...versions, description: 'Versions that leave: names or patterns' },
    output: { ...path, description: 'Folder of the packages: FROM-to-TO.zip, each with its .json' },
    lists: { ...path, description: 'Folder of the list files; the starter lists without it' },
    budgets: {
      type: 'object',
      additionalProperties: false,
      properties: {
        package: {
          description: 'The most that a package may have, with its unit',
          type: 'string',
          pattern: '^[0-9]+(\\.[0-9]+)?([kKmMgGtT]([iI]?[bB])?|[bB])$',
        },
      },
    },
    'with-rollback': { type: 'boolean', description: 'Also make the package that leads back, for each package' },
    policy: {
      type: 'object',
      additionalProperties: false,
      properties: {
        downgrade: { enum: ['forbidden', 'allowed'] },
        back: { type: 'integer', minimum: 1, description: 'How many versions back packages lead from' },
        beyond: { enum: ['none', 'chain', 'whole'], description: 'What is made for versions further back' },
        chains: {
          type: 'object',
          description: 'Versions, or patterns, from which the way leads over another one',
          additionalProperties: { type: 'string', minLength: 1 },
        },
      },
    },
    ...Object.fromEntries(
      fleetSettings.map((name): [string, Schema] => [
        optionName(name),
        { description: settingOf(name).about, ...valueSchema(settingOf(name)) },
      ]),
    ),
  },
};

export const fleet = fileOf(product, {
  configuration: {
    ...path,
    description: 'A dfota.config.yaml: products of the same name take from it what this file does not say',
  },
  cache: { ...path, description: 'Folder of the patch cache, or the http(s) address of a shared one' },
  'cache-read-only': { type: 'boolean', description: 'Use that cache, and put nothing into it' },
});

const job = object({
  id: text,
  product: text,
  archive: text,
  from: text,
  to: text,
  fromDigest: sha256,
  toDigest: sha256,
  fromContent: sha256,
  toContent: sha256,
  kind: one('patches', 'whole'),
  rollback: flag,
  output: text,
  alsoTo: list(text),
  lists: maybe(text),
  listFiles: list(object({ name: text, sha256 })),
  settings: { type: 'object' },
  budget: maybe(count),
  devices: maybe(count),
  there: maybe(object({ bytes: count, sha256, proof: maybe(text) })),
});

const planFields = {
  file: text,
  jobs: list(job),
  ways: list(
    object({
      product: text,
      from: text,
      to: text,
      newest: flag,
      devices: maybe(count),
      jobs: list(text),
      reason: maybe(one('downgrade', 'too-far-back')),
    }),
  ),
  noWayBack: list(object({ product: text, version: text, cameFrom: list(text) })),
  findings,
};

export const fleetPlan = object({
  ...format('dfota-fleet-plan'),
  ...planFields,
  patches: maybe(list(object({ key: sha256, targetBytes: count, packageBytes: maybe(count), jobs: list(text) }))),
  estimates: maybe(list(object({ id: text, kind: one('exact', 'known', 'estimate', 'at-most'), bytes: count }))),
  downloads: maybe(list(object({ product: text, to: text, devices: count, left: count, bytes: count, sure: flag }))),
});

export const fleetOutcome = object({
  ...format('dfota-fleet-outcome'),
  plan: object(planFields),
  packages: list(
    object({
      id: text,
      state: one('there', 'made', 'missing'),
      output: text,
      bytes: maybe(count),
      sha256: maybe(sha256),
      proof: maybe(text),
      cached: maybe(object({ hits: count, all: count })),
      faults: list(fault),
    }),
  ),
  findings,
});

export const fleetStatus = object({
  ...format('dfota-fleet-status'),
  queue: text,
  name: text,
  workers: count,
  waiting: count,
  delayed: count,
  active: count,
  blocked: count,
  completed: count,
  failed: count,
  underWay: list(object({ id: text, worker: text, attempts: count })),
  failures: list(object({ id: text, attempts: count, faults: list(fault) })),
});
