import type { Build } from '../model/build.js';
import type { Sha1 } from '../model/digest.js';
import type { Finding } from '../model/finding.js';
import { sdx6x } from '../model/layout.js';
import { type BuildPath, compareBytes, displayName, isWithin } from '../model/path.js';
import type { DeltaPlan } from '../model/plan.js';
import { count } from './builds/facts.js';

/** The files of a module, read from a copy of its /system or from a list of hashes. */
export interface DeviceFiles {
  /** The folder or the list, as the user named it. */
  readonly origin: string;
  readonly files: ReadonlyMap<BuildPath, Sha1>;
}

/** The files that the package may check before it changes anything, with the contents that it accepts. */
export function filesNeeded(plan: DeltaPlan): ReadonlyMap<BuildPath, ReadonlySet<Sha1>> {
  const needed = new Map<BuildPath, Set<Sha1>>();
  const accept = (path: BuildPath, sha1: Sha1): void => {
    const accepted = needed.get(path);
    if (accepted === undefined) needed.set(path, new Set([sha1]));
    else accepted.add(sha1);
  };
  for (const { path, source, operations } of plan.decisions.values()) {
    for (const operation of operations) {
      if (operation.kind !== 'encode-file') continue;
      for (const base of operation.bases) {
        if (base.kind === 'updated') {
          if (source?.kind !== 'file') continue;
          accept(path, source.content.sha1);
          accept(path, operation.target.sha1);
          continue;
        }
        accept(base.path, base.content.sha1);
        if (base.path === operation.path) accept(base.path, operation.target.sha1);
      }
    }
  }
  return needed;
}

/** What a name is without regard to capital letters of ASCII, as file systems of other machines take it. */
function folded(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * The list with the spelling of the source, where most of its names are those of the source but for capital letters: it went through a
 * file system or a tool that does not keep them. On the module itself, a name with other capitals is another file.
 */
function inSpellingOf(source: Build, device: DeviceFiles): DeviceFiles {
  const spelling = new Map<string, BuildPath>();
  for (const path of source.entries.keys()) spelling.set(folded(path), path);
  const spelled = new Map<BuildPath, Sha1>();
  let changed = 0;
  for (const [path, sha1] of device.files) {
    const known = source.entries.has(path) ? undefined : spelling.get(folded(path));
    if (known !== undefined && !device.files.has(known)) changed += 1;
    spelled.set(known !== undefined && !device.files.has(known) ? known : path, sha1);
  }
  return changed * 2 > device.files.size ? { ...device, files: spelled } : device;
}

const version = sdx6x.versionFile;

const modem = sdx6x.modem;

/** At most this many files are told one by one. */
const most = 100;

/** What of the source is not on the module as the package needs it: each such file ends the update with 510. */
export function checkDeviceFiles(
  source: Build,
  needed: ReadonlyMap<BuildPath, ReadonlySet<Sha1>>,
  listed: DeviceFiles,
): readonly Finding[] {
  const place = { file: listed.origin };
  const device = inSpellingOf(source, listed);
  if (![...source.entries.keys()].some((path) => device.files.has(path))) {
    return [
      {
        severity: 'error',
        code: 'device-files-unlike',
        place,
        message: 'none of these files is in the source',
        found: count(device.files.size, 'file'),
        expected: 'the root file system of a module that runs the source, with paths from its top folder',
        remedy: 'see "dfota check --help" for the command to run on the module',
      },
    ];
  }
  const findings: Finding[] = [];
  if (device !== listed) {
    findings.push({
      severity: 'warning',
      code: 'device-names-case',
      place,
      message:
        'the names in the list differ from those of the source in capital letters; they were compared without regard to them',
      remedy: 'make the list on the module itself, where names keep their capitals',
    });
  }
  const expectedVersion = source.entries.get(version);
  const foundVersion = device.files.get(version);
  if (expectedVersion?.kind === 'file' && foundVersion !== undefined && foundVersion !== expectedVersion.content.sha1) {
    findings.push({
      severity: 'error',
      code: 'device-version-differs',
      place: { ...place, entry: version },
      message: 'the module runs another version than the source: it will refuse the package (505)',
      found: `SHA-1 ${foundVersion}`,
      expected: `SHA-1 ${expectedVersion.content.sha1}`,
      remedy: 'make the package from the build that runs on the module',
    });
  }
  const modemListed = [...device.files.keys()].some((path) => isWithin(path, modem));
  if (!modemListed && [...needed.keys()].some((path) => isWithin(path, modem))) {
    findings.push({
      severity: 'information',
      code: 'device-modem-not-listed',
      place,
      message: 'no file of the modem is listed, so the modem was not compared',
      expected: `files below ${modem}`,
      remedy: 'the modem is a file system of its own: list /firmware as well',
    });
  }
  const bad = [...needed].filter(([path, accepted]) => {
    if (!modemListed && isWithin(path, modem)) return false;
    const found = device.files.get(path);
    return found === undefined || !accepted.has(found);
  });
  bad.sort(([a], [b]) => compareBytes(a, b));
  for (const [path, accepted] of bad.slice(0, most)) {
    const found = device.files.get(path);
    findings.push({
      severity: 'error',
      code: found === undefined ? 'device-file-missing' : 'device-file-differs',
      place: { ...place, entry: displayName(path) },
      message: `the file is ${found === undefined ? 'not on the module' : 'not the same as in the source'}: the update would fail with 510`,
      found: found === undefined ? 'nothing' : `SHA-1 ${found}`,
      expected: `SHA-1 ${[...accepted].join(' or ')}`,
      remedy: 'restore the file, or send it whole with the fullota list, or leave it alone with the noota list',
    });
  }
  if (bad.length > most) {
    findings.push({
      severity: 'error',
      code: 'device-files-differ',
      place,
      message: `${bad.length - most} more files differ from the source`,
      remedy: 'the module probably runs another build than the source',
    });
  }
  return findings;
}
