import type { BuildPath } from './path.js';

/** Sets owner and modes of a directory and everything below it; links are skipped. */
export interface SetRecursive {
  readonly kind: 'set-recursive';
  readonly path: BuildPath;
  readonly uid: number;
  readonly gid: number;
  readonly directoryMode: number;
  readonly fileMode: number;
  readonly selabel?: string | undefined;
  readonly capabilities?: bigint | undefined;
}

/** Sets owner and mode of one file or directory. */
export interface SetOne {
  readonly kind: 'set';
  readonly path: BuildPath;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly selabel?: string | undefined;
  readonly capabilities?: bigint | undefined;
}

/** What the script says about owners and modes; order matters, a later one wins. */
export type PermissionStatement = SetRecursive | SetOne;
