import type { ElfFacts } from '../../formats/elf/facts.js';
import { readFacts } from '../../formats/elf/facts.js';
import type { Relro } from '../../formats/elf/hardening.js';
import type { Grade, Inner, InnerFact, InnerSet } from '../../model/inner.js';
import { compareSets, compareSizes, differing, fact, present } from './fields.js';

/**
 * Compares two ELF files; one side may be missing. Not looked at: code and data themselves, relocations, debug
 * information, and the static symbol table.
 */
export function compareElf(before: Uint8Array | undefined, after: Uint8Array | undefined): Inner {
  const old = before === undefined ? undefined : readFacts(before);
  const now = after === undefined ? undefined : readFacts(after);
  return {
    kind: 'elf',
    summary: (now ?? old)?.summary ?? 'ELF',
    facts: differing([...identity(old, now), ...defences(old, now)]),
    sets: sets(old, now),
    sizes: old === undefined || now === undefined ? [] : compareSizes(sectionSizes(old), sectionSizes(now)),
    notes: [...new Set([...(old?.notes ?? []), ...(now?.notes ?? [])])],
  };
}

function identity(old: ElfFacts | undefined, now: ElfFacts | undefined): readonly InnerFact[] {
  const pathGrade = (before: string | undefined, after: string | undefined): Grade | undefined =>
    after === undefined
      ? before === undefined
        ? undefined
        : 'improvement'
      : isOpenPath(after)
        ? 'regression'
        : undefined;
  const searchPath = (label: string, pick: (facts: ElfFacts) => string | undefined): InnerFact => {
    const before = old && pick(old);
    const after = now && pick(now);
    return fact(label, before, after, now === undefined ? undefined : pathGrade(before, after));
  };
  const plain = (label: string, pick: (facts: ElfFacts) => string | undefined): InnerFact =>
    fact(label, old && pick(old), now && pick(now));
  return [
    plain('type', (facts) => facts.summary),
    plain('build-id', (facts) => facts.buildId),
    plain('SONAME', (facts) => facts.soname),
    plain('interpreter', (facts) => facts.interpreter),
    searchPath('RPATH', (facts) => facts.rpath),
    searchPath('RUNPATH', (facts) => facts.runpath),
    plain('symbol table', (facts) =>
      facts.stripped ? 'stripped' : facts.debugInfo ? 'not stripped, with debug information' : 'not stripped',
    ),
  ];
}

/** A search path that someone else may be able to write to, or that depends on the working directory. */
function isOpenPath(path: string): boolean {
  return path
    .split(':')
    .some(
      (part) =>
        part === '' ||
        !/^(\/|\$ORIGIN|\$\{ORIGIN\})/.test(part) ||
        /^\/(tmp|var\/tmp|home|data|usrdata)(\/|$)/.test(part),
    );
}

const relroRank: Readonly<Record<Relro, number>> = { none: 0, partial: 1, full: 2 };

function defences(old: ElfFacts | undefined, now: ElfFacts | undefined): readonly InnerFact[] {
  const graded = (
    label: string,
    show: (facts: ElfFacts) => string,
    rank: (facts: ElfFacts) => number,
    about?: string,
  ): InnerFact => {
    const grade = old === undefined || now === undefined ? undefined : gradeOf(rank(old), rank(now));
    return fact(label, old && show(old), now && show(now), grade, grade === 'regression' ? about : undefined);
  };
  const yes = (value: boolean): string => (value ? 'yes' : 'no');
  const fortify = (facts: ElfFacts): string => {
    const count = facts.hardening.fortified.length;
    return count === 0 ? 'no' : `yes (${count} checked ${count === 1 ? 'function' : 'functions'})`;
  };
  return [
    graded(
      'RELRO',
      (facts) => facts.hardening.relro,
      (facts) => relroRank[facts.hardening.relro],
      'the table of addresses can be overwritten at run time',
    ),
    graded(
      'NX',
      (facts) => yes(facts.hardening.nx),
      (facts) => Number(facts.hardening.nx),
      'the stack is executable',
    ),
    graded(
      'PIE',
      ({ hardening }) => (hardening.pie === undefined ? 'not a program' : yes(hardening.pie)),
      ({ hardening }) => (hardening.pie === false ? 0 : 1),
      'the program is loaded at a fixed address',
    ),
    graded(
      'stack canary',
      (facts) => yes(facts.hardening.canary),
      (facts) => Number(facts.hardening.canary),
      'a stack overflow goes unnoticed',
    ),
    graded(
      'FORTIFY',
      fortify,
      (facts) => Math.min(1, facts.hardening.fortified.length),
      'the checked string and memory functions are gone',
    ),
  ];
}

function gradeOf(before: number, after: number): Grade | undefined {
  return after < before ? 'regression' : after > before ? 'improvement' : undefined;
}

function sets(old: ElfFacts | undefined, now: ElfFacts | undefined): readonly InnerSet[] {
  // of a file that is on one side only, what it needs is of interest; a list of all its symbols is not
  const both = old !== undefined && now !== undefined;
  const set = (label: string, pick: (facts: ElfFacts) => readonly string[]): InnerSet | undefined =>
    compareSets(label, old === undefined ? [] : pick(old), now === undefined ? [] : pick(now));
  return present([
    set('NEEDED', (facts) => facts.needed),
    both ? set('exported symbols', (facts) => facts.symbols.exported) : undefined,
    both ? set('undefined symbols', (facts) => facts.symbols.undefined) : undefined,
    set('symbol versions defined', (facts) => facts.symbols.versionsDefined),
    set('symbol versions needed', (facts) => facts.symbols.versionsNeeded),
  ]);
}

function sectionSizes(facts: ElfFacts): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const section of facts.image.sections) {
    if (section.name !== '') sizes.set(section.name, (sizes.get(section.name) ?? 0) + section.size);
  }
  return sizes;
}
