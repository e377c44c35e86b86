/** How the script is spelled. */
export interface ScriptOptions {
  /** `assert(…)`, as the module maker's note shows it, or `… || abort("…")`, as Android does from 4.4 on. */
  readonly dialect: 'assert' | 'abort';
  readonly permissions: 'set_perm' | 'set_metadata';
  /** Stands in the first comment line. */
  readonly toolVersion: string;
}
