import type { Build } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { mostLinksFollowed } from '../../model/limits.js';
import { type BuildPath, toBuildPath, unsafeName } from '../../model/path.js';

/** Places that are filled at run time, which no build holds. */
const volatile = /^SYSTEM\/(dev|proc|run|sys|tmp|var|usrdata|data|cache|persist|mnt|media|sdcard)(\/|$)/;

/** What a path of the module comes to in a build; `elsewhere` where a build cannot tell. */
export type Lead = 'file' | 'directory' | 'elsewhere' | 'nowhere';

/** The parts of a path on the module, from the root or from the folder of a link. */
function partsOf(text: string, folder: readonly string[]): string[] {
  const start = text.startsWith('/') ? [] : [...folder];
  return [...start, ...text.split('/').filter((part) => part !== '' && part !== '.')];
}

/** Where a path ends: what is there, and for a file or a directory of the build its own path. */
export interface End {
  readonly lead: Lead;
  readonly path?: BuildPath | undefined;
}

/** As {@link whereLeads}, with the path of what is there. */
export function endOf(build: Build, text: string, folder: readonly string[] = []): End {
  const end = follow(build, text, folder);
  // What ends in a slash is a directory or nothing.
  return end.lead === 'file' && text.endsWith('/') ? { lead: 'nowhere' } : end;
}

/**
 * Follows a path as the running module would, links on the way included: `/bin/sh`, or the text of a link in `folder`
 * (parts below the root, without SYSTEM).
 */
export function whereLeads(build: Build, text: string, folder: readonly string[] = []): Lead {
  return endOf(build, text, folder).lead;
}

function follow(build: Build, text: string, folder: readonly string[]): End {
  let rest = partsOf(text, folder);
  const done: string[] = [];
  let links = 0;
  const nowhere: End = { lead: 'nowhere' };
  while (rest.length > 0) {
    const part = rest.shift();
    if (part === undefined) break;
    if (part === '..') {
      done.pop();
      continue;
    }
    done.push(part);
    const path = inSystem(done);
    if (path === undefined) return nowhere;
    if (volatile.test(path)) return { lead: 'elsewhere' };
    const entry = build.entries.get(path);
    if (entry === undefined && done.length === 1 && rest[0] !== '..' && isMerged(build, part)) {
      done.unshift('usr');
      continue;
    }
    if (entry === undefined) return nowhere;
    if (entry.kind === 'file') return rest.length === 0 ? { lead: 'file', path } : nowhere;
    if (entry.kind === 'directory') continue;
    links += 1;
    if (links > mostLinksFollowed) return nowhere;
    done.pop();
    rest = [...partsOf(entry.destination, done), ...rest];
    done.length = 0;
  }
  return { lead: 'directory', path: inSystem(done) };
}

/** The folders that newer root file systems have below /usr, with links to them at the top. */
export const mergedFolders = ['bin', 'sbin', 'lib', 'lib64'] as const;

/** Whether a folder at the top is missing and the one of its name below /usr is there: its link is told on its own. */
export function isMerged(build: Build, name: string): boolean {
  const at = (path: string) => build.entries.get(toBuildPath(path));
  const known = mergedFolders.some((each) => each === name);
  return known && at(`${sdx6x.system}/${name}`) === undefined && at(`SYSTEM/usr/${name}`)?.kind === 'directory';
}

function inSystem(parts: readonly string[]): BuildPath | undefined {
  const name = `${sdx6x.system}/${parts.join('/')}`;
  return unsafeName(name) === undefined ? toBuildPath(name) : undefined;
}
