/** What was given in place of a build, by the names in it: one fault that says what it is and what to give. */

import type { Fault } from '../model/errors.js';
import { sdx6x } from '../model/layout.js';
import { displayName } from '../model/path.js';
import { isBuildFolder, list, type Names, type Packing, topsOf } from './build-names.js';
import { bareRoot, tooDeep } from './misplaced-root.js';
import { otherCase, otherSpelling } from './misspelled.js';

/** A package of this or another tool. */
function updatePackage({ file, tops, names }: Names): Fault | undefined {
  if (tops.has(sdx6x.system) || !names.includes(sdx6x.packageScript)) return undefined;
  return {
    code: 'package-as-build',
    place: { file },
    message: 'this is an update package, not a build',
    found: 'META-INF/com/google/android',
    expected: 'a targetfiles.zip, or a folder of its layout',
    remedy: 'give the targetfiles.zip of the build; dfota inspect shows what is in a package',
  };
}

const withBuildFolder = /^(.+?)\/(?:SYSTEM|META)(?:\/|$)/;

/** A build somewhere inside: a release folder of the maker, a folder with a targetfiles.zip, a folder too many. */
function buildInside({ file, packing, names, tops }: Names): Fault | undefined {
  if (tops.has(sdx6x.system)) return undefined;
  const zip = names.find((name) => /(^|\/)targetfiles\.zip$/i.test(name));
  if (zip !== undefined) {
    const inside = displayName(zip);
    return {
      code: 'build-inside',
      place: { file },
      message: 'this is not a build, but it holds one',
      found: inside,
      expected: 'a targetfiles.zip, or a folder of its layout',
      remedy: packing === 'folder' ? `give ${file.replace(/\/+$/, '')}/${inside}` : `unpack it, and give ${inside}`,
    };
  }
  if (tops.has(sdx6x.metadata)) return undefined;
  const inner = names.find((name) => withBuildFolder.test(name));
  const above = inner === undefined ? undefined : withBuildFolder.exec(inner)?.[1];
  if (above === undefined || isBuildFolder(above.split('/', 1)[0])) return undefined;
  const shown = displayName(above);
  return {
    code: 'wrapped-in-folder',
    place: { file, entry: `${shown}/` },
    message: tops.size === 1 ? `everything is inside a folder ${shown}` : `the build is inside a folder ${shown}`,
    found: tops.size === 1 ? undefined : list(tops.keys()),
    expected: 'SYSTEM, META and the others at the top',
    remedy:
      packing === 'folder'
        ? `give ${file.replace(/\/+$/, '')}/${shown}`
        : 'zip from inside that folder: zip -qry0 ../targetfiles.zip ./*',
  };
}

/** Folders with images of the maker's firmware, where images are what can be read. */
function imagesInside({ file, packing, names, tops }: Names): Fault | undefined {
  if (tops.has(sdx6x.system) || tops.has(sdx6x.metadata) || packing === 'zip') return undefined;
  const image = names.find((name) => /(^|\/)[^/]*sysfs\.(ubi|ubifs)$/i.test(name));
  if (image === undefined || !image.includes('/')) return undefined;
  const folder = displayName(image.slice(0, image.lastIndexOf('/')));
  return {
    code: 'build-inside',
    place: { file },
    message: 'this is not a build, but it holds raw images',
    found: displayName(image),
    expected: 'a targetfiles.zip, a folder of its layout, or a folder of raw images',
    remedy: `give ${file.replace(/\/+$/, '')}/${folder}, with --companion and a targetfiles.zip of the same module`,
  };
}

const looks = [updatePackage, buildInside, imagesInside, otherCase, otherSpelling, bareRoot, tooDeep];

/** What is wrong with an input as a whole, or `undefined`. Names have no trailing slash. */
export function misplacedFault(file: string, names: readonly string[], packing: Packing): Fault | undefined {
  const given: Names = { file, packing, names, tops: topsOf(names) };
  for (const look of looks) {
    const fault = look(given);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
