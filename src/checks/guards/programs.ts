import type { Build } from '../../model/build.js';
import { type FileKind, kindInWords } from '../../model/file-kind.js';
import type { Finding } from '../../model/finding.js';
import type { Look } from '../../model/look.js';
import { type BuildPath, displayName, parentOf } from '../../model/path.js';
import { count, few, isListed, isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';
import { whereLeads } from './lead.js';

const executable = 0o111;

function modeOf(build: Build, path: BuildPath, kind: 'file' | 'directory'): number | undefined {
  const entry = build.entries.get(path);
  return entry?.kind === kind ? entry.ownership.mode : undefined;
}

/** A library is loaded, whatever its mode. */
const library = /\.so(?:\.[0-9.]+)?$/;

/** Whether a file is a program: a text may well have been executable by mistake. */
function isProgram({ after }: Parameters<Guard>[0], path: BuildPath): boolean {
  const kind = after.programs.get(path)?.kind;
  return (kind === 'elf' || kind === 'script') && !library.test(path);
}

/** The folders that lead to a program: who cannot enter one cannot start it. */
function foldersOfPrograms({ after }: Parameters<Guard>[0]): ReadonlySet<BuildPath> {
  const folders = new Set<BuildPath>();
  for (const path of after.programs.keys()) {
    for (let above = parentOf(path); above !== undefined && !folders.has(above); above = parentOf(above))
      folders.add(above);
  }
  return folders;
}

/** Programs and folders that lost every bit that lets somebody start or enter them. */
export const guardModes: Guard = (facts) => {
  const { source, target } = facts;
  const lost: BuildPath[] = [];
  const folders = foldersOfPrograms(facts);
  let kept = 0;
  let programs = 0;
  for (const [path, entry] of source.entries) {
    if (entry.kind === 'link' || (entry.ownership.mode & executable) === 0) continue;
    const mode = modeOf(target, path, entry.kind);
    if (mode === undefined || !isTouched(facts, path) || isListed(facts, path)) continue;
    if ((mode & executable) !== 0) kept += 1;
    else {
      lost.push(path);
      if (entry.kind === 'file' ? isProgram(facts, path) : folders.has(path)) programs += 1;
    }
  }
  // A text that was executable by mistake is no loss; nearly all that could be started is one, wherever it lies.
  const nearlyAll = lost.length >= 3 && lost.length > kept;
  if (programs === 0 && !nearlyAll) return [];
  const shown = lost.filter((path) => isProgram(facts, path) || folders.has(path));
  return [
    {
      severity: 'error',
      code: 'modes-lost',
      place: { file: target.origin },
      message: `${count(lost.length, 'program or folder has lost its mode, and cannot be started or entered', 'programs and folders have lost their modes, and cannot be started or entered')}`,
      found: `${few(shown.length > 0 ? shown : lost)}; ${kept} of ${kept + lost.length} kept theirs`,
      expected: 'modes such as 755, as in the source',
      remedy:
        'zip the target on Linux from an unpacked build (zip -qry0 ../targetfiles.zip ./*), or state modes in META/filesystem_config.txt or the chmod list',
    },
  ];
};

/** What an ELF program or a script does not become by an honest change. */
const noProgram: ReadonlySet<FileKind> = new Set([
  'empty',
  'zeros',
  'erased',
  'lfs-pointer',
  'html',
  'xml',
  'json',
  'zip',
  'gzip',
  'pdf',
  'picture',
  'windows',
]);

/** Why a program cannot be started any more. */
function whyNot(facts: Parameters<Guard>[0], path: BuildPath, look: Look): string | undefined {
  const before = facts.before.programs.get(path);
  if (before !== undefined) {
    const started = before.kind === 'elf' || before.kind === 'script';
    if (started && (noProgram.has(look.kind) || (before.kind === 'elf' && look.kind === 'text')))
      return kindInWords(look.kind);
    if (before.kind === 'elf' && before.fault === undefined && look.fault !== undefined) return look.fault;
  }
  const { interpreter } = look;
  if (interpreter === undefined || !interpreter.startsWith('/')) return undefined;
  const lead = whereLeads(facts.target, interpreter);
  if (lead !== 'nowhere' && lead !== 'directory') return undefined;
  // A program of the source that could not be started either, or a new one, is no loss; the first is not even news.
  const old = facts.source.entries.get(path);
  if (old?.kind !== 'file') return undefined;
  // What was a whole program without a dynamic linker started by itself.
  const whole = before?.kind === 'elf' && before.fault === undefined && before.machine !== undefined;
  const oldInterpreter = before === undefined ? interpreter : before.interpreter;
  if (oldInterpreter === undefined ? !whole : whereLeads(facts.source, oldInterpreter) === 'nowhere') return undefined;
  return interpreter.endsWith('\r')
    ? 'a line end of Windows after #!'
    : `started by ${displayName(interpreter)}, which is not there`;
}

/** Programs that could be started in the source and cannot in the target. */
export const guardPrograms: Guard = (facts) => {
  const reasons = new Map<string, BuildPath[]>();
  for (const [path, look] of facts.after.programs) {
    if (!facts.source.entries.has(path)) continue;
    const reason = isTouched(facts, path) ? whyNot(facts, path, look) : undefined;
    if (reason === undefined) continue;
    const paths = reasons.get(reason) ?? [];
    reasons.set(reason, paths);
    paths.push(path);
  }
  return [...reasons].map(
    ([reason, paths]): Finding => ({
      severity: 'error',
      code: 'programs-unstartable',
      place: { file: facts.target.origin },
      message: `${count(paths.length, 'program', 'programs')} could be started in the source and cannot in the target`,
      found: `${few(paths)}: ${reason}`,
      expected: 'a whole program, and what starts it',
      remedy: 'put the right file there; where a dynamic linker or an interpreter is missing, add it',
    }),
  );
};
