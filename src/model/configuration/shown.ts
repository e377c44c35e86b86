/** What `dfota config` shows. */
import type { Place } from '../errors.js';
import type { Finding } from '../finding.js';
import type { ConfiguredCommand, SettingValue } from './setting.js';
import type { SettingName } from './settings.js';

/** A value that is in force, for which commands, and where it came from. */
export interface ShownSetting {
  readonly name: SettingName;
  /** `undefined`: it may hold a secret. */
  readonly value: SettingValue | undefined;
  readonly commands: readonly ConfiguredCommand[];
  readonly from: 'environment' | 'file' | 'default';
  /** A file, or the name of a variable; a default has none. */
  readonly place?: Place | undefined;
}

/** What is in force, and where each value came from. */
export interface ShownConfiguration {
  readonly file?: string | undefined;
  readonly product?: string | undefined;
  readonly products: readonly string[];
  readonly settings: readonly ShownSetting[];
  /** The variable for the passphrase of a key, and whether it is set. */
  readonly passphrase: { readonly variable: string; readonly isSet: boolean };
  readonly findings: readonly Finding[];
}
