import type { BuildPath } from './path.js';

/** The list files that are read, by the short name that reports use. */
export type ListName = 'noota' | 'fullota' | 'chmod' | 'multifota';

/** Where a rule stands. */
export interface RuleAt {
  readonly list: ListName;
  /** The list file as shown to people. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** A line of noota or fullota: an exact path, a folder (everything below it), or a glob pattern. */
export interface PathRule {
  readonly at: RuleAt;
  /** As written, without white space at the ends. */
  readonly text: string;
  readonly form: 'exact' | 'folder' | 'pattern';
  /** What every path that the line matches begins with; left out: nothing is known of them. */
  readonly start?: string | undefined;
  readonly matches: (path: BuildPath) => boolean;
}

/** A line of the chmod list, in build paths (`/usr/bin/x` is `SYSTEM/usr/bin/x`). */
export interface ChmodRule {
  readonly at: RuleAt;
  readonly text: string;
  readonly form: 'exact' | 'folder' | 'pattern';
  /** The file or folder for `exact` and `folder`; the literal prefix folder of a `pattern`. */
  readonly path: BuildPath;
  /** What every path that the line matches begins with; left out: nothing is known of them. */
  readonly start?: string | undefined;
  readonly matches: (path: BuildPath) => boolean;
  readonly fileMode: number;
  readonly folderMode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A line of the multifota list: an image of MULTIFOTA/ and the partition that it is written to. */
export interface ImageRule {
  readonly at: RuleAt;
  readonly image: BuildPath;
  readonly partition: string;
}

/** What the list files say, in the order of their lines. */
export interface ListRules {
  readonly keep: readonly PathRule[];
  readonly whole: readonly PathRule[];
  readonly permissions: readonly ChmodRule[];
  readonly images: readonly ImageRule[];
}

/** No lists at all. */
export const noListRules: ListRules = { keep: [], whole: [], permissions: [], images: [] };
