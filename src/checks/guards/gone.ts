import type { Build } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, isWithin, toBuildPath } from '../../model/path.js';
import { count, few, isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';
import { isMerged, mergedFolders } from './lead.js';

function filesBelow(build: Build, folder: string): readonly BuildPath[] {
  return [...build.entries.values()]
    .filter(({ kind, path }) => kind !== 'directory' && isWithin(path, folder))
    .map(({ path }) => path);
}

/** The modem that was moved away while the build was changed, and not moved back. */
export const guardFirmware: Guard = (facts) => {
  const before = filesBelow(facts.source, sdx6x.modem).filter((path) => isTouched(facts, path));
  if (before.length === 0 || filesBelow(facts.target, sdx6x.modem).length > 0) return [];
  const moved = [...facts.target.entries.keys()].find((path) => /(^|\/)firmware\/image\//.test(path));
  return [
    {
      severity: 'error',
      code: 'firmware-gone',
      place: { file: facts.target.origin, entry: sdx6x.modem },
      message: `the target has no modem: ${count(before.length, 'file')} of the source would be deleted`,
      found: moved === undefined ? 'nothing in SYSTEM/firmware' : moved,
      expected: few(before, 3),
      remedy:
        'move the folders firmware and dev back into SYSTEM before zipping (mv ../firmware ../dev .), or leave the modem out: --parts lo',
    },
  ];
};

/** The folders of programs and libraries that went below /usr without the links that lead there. */
export const guardMergedFolders: Guard = ({ source, target, parts }) => {
  if (!parts.has('l')) return [];
  const gone = mergedFolders.filter(
    (name) => isMerged(target, name) && source.entries.has(toBuildPath(`${sdx6x.system}/${name}`)),
  );
  if (gone.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'root-folders-gone',
      place: { file: target.origin, entry: sdx6x.system },
      message: `the target has no /${gone.join(', no /')}: programs that name them, such as #!/bin/sh, are not found unless something makes links at start`,
      found: gone.map((name) => `SYSTEM/usr/${name}`).join(', '),
      expected: `links such as SYSTEM/${gone[0]} -> usr/${gone[0]}`,
      remedy: 'make these links in SYSTEM of the target: they are part of the package base-files in Debian and Yocto',
    },
  ];
};

/** A source of fewer files is a test, not a firmware. */
const fewFiles = 10;

/** So large a part of the source's files may go in an honest change. */
const leastPart = 0.2;

/** A target that lost most of its root file system. */
export const guardSystem: Guard = (facts) => {
  const count = (build: Build): number =>
    filesBelow(build, sdx6x.system).filter((path) => !isWithin(path, sdx6x.modem) && isTouched(facts, path)).length;
  const [before, after] = [count(facts.source), count(facts.target)];
  if (before < fewFiles || after >= before * leastPart) return [];
  return [
    {
      severity: 'error',
      code: 'system-nearly-empty',
      place: { file: facts.target.origin, entry: sdx6x.system },
      message:
        'the target has only a few of the files of the source: nearly all of the root file system would be deleted',
      found: `${after} files and links`,
      expected: `about as many as the ${before} of the source`,
      remedy: 'check how the target was put together, and whether it was zipped to its end',
    },
  ];
};
