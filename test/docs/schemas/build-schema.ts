/** Short words for JSON Schema (draft 7). An object requires every property that is not `maybe`. */

/** A part of a schema. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

const optional = Symbol('optional');

/** A property that may be left out. */
export interface Maybe {
  readonly [optional]: Schema;
}

export const text: Schema = { type: 'string' };
export const count: Schema = { type: 'integer', minimum: 0 };
export const whole: Schema = { type: 'integer' };
export const flag: Schema = { type: 'boolean' };
export const nothing: Schema = { type: 'null' };
export const sha1: Schema = { type: 'string', pattern: '^[0-9a-f]{40}$' };
export const sha256: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
export const md5: Schema = { type: 'string', pattern: '^[0-9a-f]{32}$' };

export const is = (value: string | number): Schema => ({ const: value });
export const one = (...values: readonly string[]): Schema => ({ enum: values });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });
export const orNull = (schema: Schema): Schema => either(schema, nothing);
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const maybe = (schema: Schema): Maybe => ({ [optional]: schema });

function isMaybe(value: Schema | Maybe): value is Maybe {
  return optional in value;
}

/** Properties, and which of them must be there. New ones may come. */
export function object(properties: Readonly<Record<string, Schema | Maybe>>): Schema {
  const all = Object.entries(properties);
  return {
    type: 'object',
    properties: Object.fromEntries(
      all.map(([name, value]): [string, Schema] => [name, isMaybe(value) ? value[optional] : value]),
    ),
    required: all.filter(([, value]) => !isMaybe(value)).map(([name]) => name),
  };
}

/** The properties of several objects in one. */
export function withMore(schema: Schema, properties: Readonly<Record<string, Schema | Maybe>>): Schema {
  const more = object(properties);
  const of = (part: Schema, keyword: string): object => Object(part[keyword]);
  return {
    type: 'object',
    properties: { ...of(schema, 'properties'), ...of(more, 'properties') },
    required: [...Object.values(of(schema, 'required')), ...Object.values(of(more, 'required'))],
  };
}

/** The same, with no property that is not named: for tests, which must notice what is not described. */
export function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]));
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}
