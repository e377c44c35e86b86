/** What a release engineer should know about a prepared target before shipping it. Pure. */

import type { ProjectVersion } from '../../model/build.js';
import type { Code } from '../../model/codes.js';
import type { Finding, Severity } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { type ArchivePath, toArchivePath } from '../../model/path.js';
import type { PreparedTree } from '../../model/prepared-tree.js';
import { sameContent, type TreeNode } from '../../model/tree.js';

/** What the findings are about. */
export interface PreparedFacts {
  /** For messages. */
  readonly output: string;
  readonly source: ReadonlyMap<ArchivePath, TreeNode>;
  readonly tree: PreparedTree;
  readonly rootfs: ReadonlyMap<ArchivePath, TreeNode> | undefined;
  readonly hasModem: boolean;
  readonly hasBoot: boolean;
  readonly versionBefore: ProjectVersion | undefined;
  readonly versionAfter: ProjectVersion | undefined;
}

/** Top folders that every Linux root file system has some of. */
const usualFolders = ['bin', 'etc', 'lib', 'sbin', 'usr'];

/** The findings, those that stop a release first. */
export function preparationFindings(facts: PreparedFacts): readonly Finding[] {
  const { tree, source, rootfs } = facts;
  const findings: Finding[] = [];
  const note = (severity: Severity, code: Code, message: string, remedy?: string, found?: string): void => {
    findings.push({
      severity,
      code,
      place: { file: facts.output },
      message,
      found,
      remedy,
    });
  };
  const inTarget = (path: string): boolean => tree.entries.has(toArchivePath(path));

  if (!inTarget(sdx6x.updater)) {
    note(
      'error',
      'no-updater',
      'the source holds no OTA/bin/updater, so neither does the target: no package can be made of it',
    );
  }
  if (facts.versionAfter === undefined) {
    const remedy = 'name the file with --version-file';
    note('error', 'prepare-no-version', 'the target has no SYSTEM/etc/quectel-project-version', remedy);
  } else if (facts.versionBefore?.bytes === facts.versionAfter.bytes) {
    const remedy = 'give the new version with --version-file; a module tells builds apart by it';
    note('warning', 'prepare-same-version', 'the target says that it is the same version as the source', remedy);
  }
  if (rootfs !== undefined) {
    if (!usualFolders.some((name) => rootfs.get(toArchivePath(name))?.kind !== undefined)) {
      const remedy = 'name the folder that holds bin, etc and usr itself';
      note(
        'error',
        'prepare-rootfs-odd',
        'the new root file system has no bin, etc, lib, sbin or usr at its top',
        remedy,
      );
    }
    if (source.get(sdx6x.buildProp)?.kind === 'file' && !inTarget(sdx6x.buildProp)) {
      const remedy = 'put it into the root file system: it is patched last and marks an update as complete';
      note(
        'warning',
        'prepare-no-build-prop',
        'the source has SYSTEM/build.prop, the new root file system does not',
        remedy,
      );
    }
    if (count(source, 'link') > 0 && count(rootfs, 'link') === 0) {
      const remedy = 'copy the root file system with cp -a, or give its image';
      note(
        'error',
        'prepare-links-flattened',
        'the source has links, the new root file system has none: they were lost',
        remedy,
      );
    }
    if (tree.notTaken > 0) {
      const found = `${tree.notTaken} entries`;
      note(
        'information',
        'prepare-not-taken',
        "what lies below the new root file system's own firmware and dev is not taken: the source's stay",
        undefined,
        found,
      );
    }
  }
  if (facts.hasModem) {
    if (tree.modemMet === 0) {
      const remedy = 'name the folder whose content lies in SYSTEM/firmware (it usually holds a folder image)';
      note(
        'warning',
        'prepare-modem-odd',
        'no modem file has the name of one in the source: all of them are added',
        remedy,
      );
    }
    if (tree.modemKept > 0) {
      const found = `${tree.modemKept} files`;
      note(
        'information',
        'prepare-modem-kept',
        'files of SYSTEM/firmware that the new modem does not have stay, as the note says',
        undefined,
        found,
      );
    }
  }
  if (facts.hasBoot) bootFindings(facts, note);
  return findings;
}

function bootFindings(
  { source, tree }: PreparedFacts,
  note: (severity: Severity, code: Code, message: string, remedy?: string) => void,
): void {
  const boot = tree.entries.get(sdx6x.bootImage)?.node;
  const before = source.get(sdx6x.bootImage);
  if (boot === undefined) return;
  if (sameContent(before, boot)) {
    note('information', 'prepare-same-boot', 'the new boot image is the same as the one of the source');
    return;
  }
  const recovery = source.get(sdx6x.recoveryImage);
  if (before !== undefined && recovery !== undefined && sameContent(recovery, before)) {
    note(
      'information',
      'prepare-recovery',
      'the recovery image was the same as the boot image; it stays as it is, and no package carries it',
    );
  }
}

function count(nodes: ReadonlyMap<string, TreeNode>, kind: TreeNode['kind']): number {
  let number = 0;
  for (const [path, node] of nodes) if (node.kind === kind && !path.startsWith('SYSTEM/firmware/')) number += 1;
  return number;
}
