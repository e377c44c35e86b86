import type { AuditEntry, AuditMethod, AuditPackage, AuditRow } from '../model/audit.js';
import type { Finding } from '../model/finding.js';
import type { InspectedTarget, Inspection } from '../model/inspection.js';
import { sdx6x } from '../model/layout.js';
import { type BuildPath, baseName, compareBytes, displayName, toBuildPath, unsafeName } from '../model/path.js';
import { isSent } from './totals.js';

/** Rows with a finished package's own methods and sizes in place of the plan's, and where the two part ways. */
export interface PackageView {
  readonly rows: readonly AuditRow[];
  readonly package: AuditPackage;
  readonly findings: readonly Finding[];
}

const shownPaths = 5;

/** Lays a package, made by any tool, over the rows of a plan. An entry that serves several paths counts at the first. */
export function viewPackage(rows: readonly AuditRow[], inspection: Inspection): PackageView {
  const known = new Set<string>(rows.map((row) => row.path));
  const carried = new Map<BuildPath, InspectedTarget>();
  for (const target of inspection.targets) {
    const path = pathOf(target, known);
    if (path !== undefined) carried.set(path, target);
  }
  const counted = new Set<string>();
  const pathOfEntry = new Map<string, BuildPath>();
  const viewed = rows.map((row): AuditRow => {
    const target = carried.get(row.path);
    const { entry: _entry, ...rest } = row;
    if (target === undefined) return isSent(row) ? { ...rest, method: 'none', cost: 0 } : { ...rest, cost: 0 };
    const first = target.entry !== undefined && !counted.has(target.entry);
    if (target.entry !== undefined) {
      counted.add(target.entry);
      if (first) pathOfEntry.set(target.entry, row.path);
    }
    return {
      ...rest,
      method: methodOf(target),
      cost: first ? target.packedSize : 0,
      entry: target.entry,
    };
  });
  const entries = inspection.entries.map(({ name, packedSize }): AuditEntry => {
    const path = pathOfEntry.get(name);
    return { name, bytes: packedSize, path };
  });
  const { file, sha256, md5, size } = inspection;
  return {
    rows: viewed,
    package: { file, sha256, md5, bytes: size, entries },
    findings: differences(rows, carried, inspection),
  };
}

function methodOf(target: InspectedTarget): AuditMethod {
  return target.method === 'unknown' ? 'patch' : target.method;
}

/** The build path that a target of the script stands for, where a build has it. */
function pathOf(target: InspectedTarget, known: ReadonlySet<string>): BuildPath | undefined {
  const candidates =
    target.kind === 'file'
      ? [target.name.startsWith('/system/') ? `${sdx6x.system}/${target.name.slice('/system/'.length)}` : '']
      : [/[:/]boot$/.test(target.name) ? sdx6x.bootImage : '', `${sdx6x.minorImages}/${baseName(target.entry ?? '')}`];
  const found = candidates.find((name) => known.has(name));
  return found === undefined || unsafeName(found) !== undefined ? undefined : toBuildPath(found);
}

/** Paths that differ and do not travel, and paths that travel although they need not. */
function differences(
  rows: readonly AuditRow[],
  carried: ReadonlyMap<BuildPath, InspectedTarget>,
  inspection: Inspection,
): readonly Finding[] {
  const list = (paths: readonly BuildPath[]): string => {
    const more = paths.length > shownPaths ? ` and ${paths.length - shownPaths} more` : '';
    return [...paths].sort(compareBytes).slice(0, shownPaths).map(displayName).join(', ') + more;
  };
  const place = { file: inspection.file };
  const findings: Finding[] = [];
  const missing = rows.filter((row) => isSent(row) && !carried.has(row.path)).map((row) => row.path);
  if (missing.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'package-lacks-paths',
      place,
      message: `${missing.length} ${missing.length === 1 ? 'path differs' : 'paths differ'} between the builds, but the package brings nothing for ${missing.length === 1 ? 'it' : 'them'}`,
      found: list(missing),
      remedy: 'make sure that the package was made of these two builds, with the same parts and lists',
    });
  }
  const needless = rows.filter((row) => row.change === 'untouched' && carried.has(row.path)).map((row) => row.path);
  if (needless.length > 0) {
    findings.push({
      severity: 'information',
      code: 'package-sends-untouched',
      place,
      message: `${needless.length} ${needless.length === 1 ? 'path travels' : 'paths travel'} although both builds have the same`,
      found: list(needless),
    });
  }
  const wrong = rows.filter((row) => {
    const target = carried.get(row.path);
    const sha1 = row.after?.sha1;
    return target !== undefined && target.targetSha1 !== '' && sha1 !== undefined && target.targetSha1 !== sha1;
  });
  if (wrong.length > 0) {
    findings.push({
      severity: 'error',
      code: 'package-other-target',
      place,
      message: `${wrong.length} ${wrong.length === 1 ? 'file' : 'files'} of the package ${wrong.length === 1 ? 'is' : 'are'} not what the target has`,
      found: list(wrong.map((row) => row.path)),
      remedy: 'the package was made for another target',
    });
  }
  return findings;
}
