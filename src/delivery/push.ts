/** The package goes to the module over ADB, and is compared there before anything is started. */
import type { Limits, Talk } from './dialogue.js';
import { run } from './look-over-shell.js';
import { quoted } from './shell-words.js';

/** What to push. */
export interface Push {
  /** On the module. */
  readonly path: string;
  readonly size: number;
  readonly md5: string;
}

/** Pushes, compares the MD5 on the module and lets it write everything to its flash; gives why it failed, or `undefined`. */
export function* push(file: Push, limits: Limits): Talk<string | undefined> {
  const folder = file.path.slice(0, file.path.lastIndexOf('/'));
  yield* run(`mkdir -p ${quoted(folder)}`, limits.answer);
  const pushed = yield { kind: 'push', path: file.path, milliseconds: limits.ack };
  if (pushed.kind === 'gone') return 'the module went away while the package was pushed';
  if (pushed.kind === 'failed') return `the package could not be pushed: ${pushed.why}`;
  const synced = yield* run('sync', limits.digests);
  if (synced === undefined) return 'the module did not write the package to its flash: sync does not end';
  return yield* lies(file, limits);
}

/** Why the file on the module is not the package; `undefined` when it is. */
export function* lies({ path, md5 }: Push, limits: Limits): Talk<string | undefined> {
  const text = yield* run(`md5sum < ${quoted(path)}`, limits.digests);
  const found = /^([0-9a-f]{32})\b/.exec(text ?? '')?.[1];
  if (found === undefined) return `the module does not tell the MD5 of ${path}`;
  return found === md5 ? undefined : `what arrived differs: its MD5 is ${found}, that of the package is ${md5}`;
}
