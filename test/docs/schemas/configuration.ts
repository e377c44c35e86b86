/** The schema of the configuration, out of the table of settings that its reader and the command line go by. */
import { configuredCommands, optionName, type Setting } from '../../../src/model/configuration/setting.js';
import { rivals, type SettingName, settingNames, settingOf } from '../../../src/model/configuration/settings.js';
import type { Schema } from './build-schema.js';

const written: Schema = { anyOf: [{ type: 'string', minLength: 1 }, { type: 'number' }] };

/** The schema of a setting's value. */
export function valueSchema(setting: Setting): Schema {
  switch (setting.kind) {
    case 'flag':
      return { type: 'boolean' };
    case 'size':
      return {
        anyOf: [
          { type: 'integer', minimum: 0 },
          { type: 'string', pattern: '^(0[xX][0-9a-fA-F]+|[0-9]+(\\.[0-9]+)?([kKmMgGtT]([iI]?[bB])?|[bB])?)$' },
        ],
      };
    case 'count':
      return { type: 'integer', minimum: setting.least, maximum: setting.most };
    case 'choice':
      return { enum: setting.words };
    case 'parts':
      return { type: 'string', pattern: '^[almo]+$' };
    case 'texts':
    case 'builds':
      return { anyOf: [{ type: 'array', items: written, minItems: 1 }, written] };
    case 'text':
    case 'path':
    case 'build':
      return written;
    default:
      return setting satisfies never;
  }
}

function mapping(names: readonly SettingName[], more: Schema = {}): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(
        names.map((name): [string, Schema] => {
          const setting = settingOf(name);
          return [optionName(name), { description: setting.about, ...valueSchema(setting) }];
        }),
      ),
      ...more,
    },
    allOf: [
      {},
      ...rivalPairs(names).map((pair) => ({
        not: {
          required: pair.map(optionName),
          // A flag that says no stands for nothing.
          properties: Object.fromEntries(
            pair.map((name) => [optionName(name), settingOf(name).kind === 'flag' ? { const: true } : {}]),
          ),
        },
      })),
    ],
  };
}

/** Every two settings that do not go together. */
function rivalPairs(names: readonly SettingName[]): readonly (readonly SettingName[])[] {
  return rivals.flatMap((group) => {
    const known = group.filter((name) => names.includes(name));
    return known.flatMap((one, at) => known.slice(at + 1).map((other) => [one, other]));
  });
}

const commands: Schema = {
  description: 'What holds for one command, over what the product says for all',
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    configuredCommands.map((command): [string, Schema] => [
      command,
      mapping(settingNames.filter((name) => settingOf(name).commands.includes(command))),
    ]),
  ),
};

/** A product: its builds, lists, outputs and options. */
export const product: Schema = mapping(settingNames, { commands });

/** A file of products by name, and what holds for all of them. */
export function fileOf(product: Schema, more: Schema = {}): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['products'],
    properties: {
      $schema: { type: 'string' },
      ...more,
      defaults: {
        description: 'What holds for every product that does not say it itself',
        $ref: '#/definitions/product',
      },
      products: {
        description: 'The products by name',
        type: 'object',
        minProperties: 1,
        additionalProperties: { $ref: '#/definitions/product' },
      },
    },
    definitions: { product },
  };
}

export const configuration = fileOf(product);
