/** What a setting of the configuration may be: a row of the table in `settings.ts`. */

/** The commands that take their settings from the configuration. `update_gen` does not: it has the original's command line. */
export const configuredCommands = ['generate', 'check', 'verify', 'audit', 'release', 'prepare'] as const;

/** A command that takes its settings from the configuration. */
export type ConfiguredCommand = (typeof configuredCommands)[number];

/** What a value looks like. */
export type SettingForm =
  | { readonly kind: 'text' }
  /** A file or folder; relative ones start at the configuration file's folder. */
  | { readonly kind: 'path' }
  /** A path or a pattern of one: the build. */
  | { readonly kind: 'build' }
  | { readonly kind: 'flag' }
  /** Bytes. */
  | { readonly kind: 'size' }
  | { readonly kind: 'count'; readonly least: number; readonly most: number }
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  /** Letters of parts: `a`, `lm`. */
  | { readonly kind: 'parts' }
  | { readonly kind: 'texts' }
  | { readonly kind: 'builds' };

/** A row of the table. */
export type Setting = SettingForm & {
  /** The sentence of the schema and of a new file. */
  readonly about: string;
  readonly commands: readonly ConfiguredCommand[];
  /** Those that take it from the product itself; the others only from their own section. Without it all do. */
  readonly shared?: readonly ConfiguredCommand[] | undefined;
  /** The value may hold a secret, and is not shown. */
  readonly secret?: true | undefined;
};

/** A value as it was read: sizes are bytes, paths start where the run does. */
export type SettingValue = string | number | boolean | readonly string[];

/** The value that a form has. */
export type ValueOf<Form extends SettingForm> = Form extends { readonly kind: 'choice' }
  ? Form['words'][number]
  : Form extends { readonly kind: 'flag' }
    ? boolean
    : Form extends { readonly kind: 'size' | 'count' }
      ? number
      : Form extends { readonly kind: 'texts' | 'builds' }
        ? readonly string[]
        : string;

/** The name of a setting on the command line and in a file: `cacheSize` is `cache-size`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The name of a setting in the environment: `cacheSize` is `CACHE_SIZE`. */
export function variableName(name: string): string {
  return optionName(name).replaceAll('-', '_').toUpperCase();
}
