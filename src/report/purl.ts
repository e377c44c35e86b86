/** Package URLs: how lists of packages name a package for every tool. */
import { displayName } from '../model/path.js';
import type { Distribution, InstalledPackage } from '../model/software.js';

/** What a package URL may hold as it is, by its specification; all else is written in percent. */
const kept = /[^A-Za-z0-9.\-_~:]/g;

function encoded(text: string): string {
  return text.replace(kept, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/**
 * The URL of a package. Those of dpkg are of the registered type `deb`, which wants the distribution's name; opkg has no registered type, so that
 * its packages are of the type `generic`, and so are those of an unnamed distribution.
 */
export function packageUrl(one: InstalledPackage, distribution: Distribution | undefined): string {
  const { manager, name, version, architecture } = one;
  const type = manager === 'dpkg' && distribution !== undefined ? `deb/${distribution.id}` : `generic/${manager}`;
  const distro =
    distribution === undefined
      ? undefined
      : `${distribution.id}${distribution.version === undefined ? '' : `-${distribution.version}`}`;
  const qualifiers = Object.entries({ arch: architecture, distro }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encoded(displayName(value))}`],
  );
  // Names of this type are in lower case.
  const shown = type.startsWith('deb/') ? name.toLowerCase() : name;
  const behind = qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`;
  return `pkg:${type}/${encoded(shown)}@${encoded(displayName(version))}${behind}`;
}
