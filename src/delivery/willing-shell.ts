/** A module's shell as it answers where everything goes well. */
import { usualVersionFile } from './look-over-shell.js';
import type { SeenPackage } from './predict.js';
import { atPorts, digestsLine, groupsOf, holdersLine, versionLine } from './shell-words.js';

/** Answers each line that a delivery of the package runs. */
export function willingShell(file: SeenPackage, md5: string): (line: string) => string {
  const { versionFile, checks } = file;
  const path = versionFile?.path ?? usualVersionFile;
  const known = new Map(checks.map((check): [string, string] => [check.path, check.sha1[0] ?? '-']));
  if (versionFile !== undefined) known.set(path, versionFile.sha1);
  const paths = [...(versionFile === undefined ? [] : [path]), ...checks.map((check) => check.path)];
  const answers = new Map(
    groupsOf(paths).map((group) => [digestsLine('', group), group.map((each) => known.get(each)).join('\n')]),
  );
  answers.set(versionLine(path), `root:\nProject Rev : ${file.versionFrom ?? ''}\n`);
  answers.set(holdersLine(atPorts), `port ${atPorts[0]}\n`);
  return (line) => answers.get(line) ?? (line.startsWith('md5sum') ? `${md5}  -\n` : '');
}
