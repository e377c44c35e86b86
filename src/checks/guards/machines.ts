import { type FileKind, kindInWords } from '../../model/file-kind.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import type { Look, Looks } from '../../model/look.js';
import { type BuildPath, compareBytes } from '../../model/path.js';
import { count, few, isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';

/** The machine of most programs; `undefined` where fewer than half agree. */
export function machineOf({ programs }: Looks): string | undefined {
  const counts = new Map<string, number>();
  let known = 0;
  for (const { machine } of programs.values()) {
    if (machine === undefined) continue;
    known += 1;
    counts.set(machine, (counts.get(machine) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || compareBytes(a, b));
  return most !== undefined && most[1] * 2 > known ? most[0] : undefined;
}

/** What no updater is on any module. */
const never: ReadonlySet<FileKind> = new Set(['empty', 'zeros', 'erased', 'lfs-pointer', 'html']);

/** What starts on no module, whatever its programs are for. */
function foreignKind({ kind }: Look): string | undefined {
  return kind === 'windows' || kind === 'macho' ? kindInWords(kind) : undefined;
}

/** What programs of these modules are for, as ELF headers name it. */
const ownMachines: readonly string[] = ['ARM', 'AArch64'];

/** Fewer bytes are no ELF header. */
const elfHeaderBytes = 52;

/** Why a module could not start the updater. */
function updaterFault(look: Look, before: Look | undefined, machine: string | undefined): string | undefined {
  // A module whose updater is of another kind already, such as a script, knows how to start it.
  if (look.kind !== 'elf')
    return look.kind === before?.kind && !never.has(look.kind) ? undefined : kindInWords(look.kind);
  if (look.relocatable === true) return 'an object file, not a program';
  if (look.size < elfHeaderBytes) return 'the beginning of an ELF file';
  if (machine !== undefined && look.machine !== undefined && look.machine !== machine)
    return `a program for ${look.machine}, where those of SYSTEM are for ${machine}`;
  const known = look.machine !== undefined && !/^machine \d+/.test(look.machine);
  if (machine === undefined && known && before?.machine !== look.machine && !ownMachines.includes(look.machine ?? ''))
    return `a program for ${look.machine}, where modules are ${ownMachines.join(' or ')}`;
  // A header that no linker writes is told only where the programs and the source's updater have a sane one.
  return machine === undefined || before?.fault !== undefined ? undefined : look.fault;
}

/** The program that every module starts to update itself. */
export const guardUpdater: Guard = ({ target, before, after }) => {
  const look = after.updater;
  const found = look === undefined ? undefined : updaterFault(look, before.updater, machineOf(after));
  if (look === undefined || found === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'updater-unfit',
      place: { file: target.origin, entry: sdx6x.updater },
      message: 'this is no program that the module can start: every update would fail with 502',
      found: `${found} (${look.size} bytes)`,
      expected: 'an ELF program of the same machine as the programs of SYSTEM',
      remedy: "take OTA/bin/updater from the maker's targetfiles.zip of the same module",
    },
  ];
};

/** Its libraries lie among those of the programs. */
const signalProcessor = 'Qualcomm Hexagon';

/** Programs of another machine than the others: one of the developer's own computer, perhaps. */
export const guardMachines: Guard = (facts) => {
  const machine = machineOf(facts.after);
  if (machine === undefined) return [];
  const replaced: BuildPath[] = [];
  const added: BuildPath[] = [];
  let other = '';
  for (const [path, look] of facts.after.programs) {
    const own = look.machine ?? foreignKind(look);
    if (own === undefined || own === machine || look.relocatable === true || !isTouched(facts, path)) continue;
    const before = facts.before.programs.get(path);
    const differs = before !== undefined || !facts.source.entries.has(path);
    // What was of another machine before is meant to be, and so is what runs on the signal processor.
    if (
      !differs ||
      before?.machine === own ||
      own === signalProcessor ||
      (before?.kind === look.kind && before.machine === undefined)
    )
      continue;
    other = own;
    (before?.machine === machine ? replaced : added).push(path);
  }
  const finding = (paths: readonly BuildPath[], replacedOnes: boolean): readonly Finding[] =>
    paths.length === 0
      ? []
      : [
          {
            severity: replacedOnes ? 'error' : 'warning',
            code: replacedOnes ? 'programs-unstartable' : 'program-other-machine',
            place: { file: facts.target.origin },
            message: `${count(paths.length, 'program is', 'programs are')} for another machine than the others: the module cannot start ${paths.length === 1 ? 'it' : 'them'}`,
            found: `${few(paths)} (${other})`,
            expected: machine,
            remedy: 'build them for the module, or take them out: a program of the build host may have got in',
          },
        ];
  return [...finding(replaced, true), ...finding(added, false)];
};
