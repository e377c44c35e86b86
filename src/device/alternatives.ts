/**
 * Properties that nobody has told: the package is run again with every value that its script may look for, and with every
 * combination of them. A value with which the script refuses the module, before anything was changed, is no harm; one with which
 * it does something else is.
 */
import { createHash } from 'node:crypto';
import { mostPropertyRuns, mostPropertyValues } from '../model/limits/device.js';
import { displayName } from '../model/path.js';
import type { Reach } from '../model/verification.js';
import { compareStates } from './compare-states.js';
import type { Flash } from './machine.js';
import { type Sites, showText, sitesOf, valuesFor } from './property-values.js';
import { type Attempt, type Installation, placeOf, startPackage } from './run.js';
import type { Value } from './runtime.js';

/** Functions that neither change the module nor look at what a power cut may have left. */
const neutral: ReadonlySet<string> = new Set(
  'getprop assert abort ifelse concat is_substring less_than_int greater_than_int ui_print stdout sleep show_progress set_progress'.split(
    ' ',
  ),
);

/** What properties are taken to be; those that are missing are empty. */
type Assignment = ReadonlyMap<string, string>;

interface Run {
  readonly attempt: Attempt;
  /** A digest of all calls of functions that are not neutral, with their arguments. */
  readonly calls: string;
  /** Properties that nobody has told and the assignment leaves open, in the order in which they were asked for. */
  readonly open: readonly string[];
}

async function runWith(installation: Installation, assignment: Assignment, sites: Sites): Promise<Run> {
  const calls = createHash('sha1');
  const shown = (value: Value): string => (typeof value === 'string' ? value : (value.bytes?.sha1 ?? 'nothing'));
  const property = async (name: string): Promise<string | undefined> =>
    assignment.get(name) ?? installation.property(name);
  const attempt = await startPackage({ ...installation, property }, installation.module.flash, {
    onArgument: (of, argument, value) => {
      const text = shown(value);
      showText(sites, of, argument, text);
      if (of.kind === 'call' && !neutral.has(of.name)) {
        calls.update(`${of.span.start} ${text.length} ${text} `, 'latin1');
      }
    },
  });
  return { attempt, calls: calls.digest('hex'), open: [...new Set(attempt.untold.values())] };
}

function otherwise(first: Run, other: Run, untouched: Flash): string | undefined {
  const { attempt } = other;
  if (attempt.status !== 'succeeded') {
    // refused before anything was changed, here or where the simulated module does not see it
    const refused = attempt.status === 'aborted' && attempt.flash === untouched && attempt.reached.length === 0;
    return refused ? undefined : `ends otherwise: ${attempt.status}`;
  }
  const { count, differences } = compareStates(first.attempt.flash, attempt.flash, 1);
  if (count > 0) return `leaves other contents: ${differences[0]?.path ?? ''}`;
  const deeds = ({ reached, written }: Attempt): string =>
    JSON.stringify([reached.map(({ what, subject }) => [what, subject]), written.map(({ partition }) => partition)]);
  if (deeds(first.attempt) !== deeds(attempt)) return 'changes something else';
  // the same end, but a power cut may find the module elsewhere on the way
  return first.calls === other.calls ? undefined : 'goes another way';
}

function spelled(assignment: Assignment): string {
  const told = [...assignment].filter(([, value]) => value !== '');
  return told.map(([name, value], at) => (at === told.length - 1 ? `"${value}"` : `"${value}" for ${name}`)).join(', ');
}

/** What was found out about properties that nobody has told. */
export interface Hanging {
  /** The properties on whose values the outcome hangs. */
  readonly reaches: readonly Reach[];
  /** Byte offsets of the calls of getprop that were tried. */
  readonly tried: ReadonlySet<number>;
}

/** What the outcome of a run hangs on: the properties that nobody has told and with whose values the script does otherwise. */
export async function hangsOn(installation: Installation, first: Attempt): Promise<Hanging> {
  const tried = new Set(first.untold.keys());
  if (first.untold.size === 0) return { reaches: [], tried };
  const { script, module, signal } = installation;
  const sites = sitesOf(script.root);
  const reaches = new Map<string, Reach>();
  const hangs = (name: string, why: string): void => {
    if (reaches.has(name)) return;
    const told = displayName(`the property ${name}, which nobody has told (--property ${name}=VALUE)`);
    const place = placeOf(script.text, Math.max(script.text.indexOf(name), 0));
    reaches.set(name, { what: 'unknown', subject: displayName(name), message: `hangs on ${told}: ${why}`, place });
  };

  const runs = new Map<string, { readonly assignment: Assignment; readonly open: readonly string[] }>();
  const keyOf = (assignment: Assignment): string => JSON.stringify([...assignment]);
  const base = await runWith(installation, new Map(), sites);
  runs.set(keyOf(new Map()), { assignment: new Map(), open: base.open });

  /** The assignments that follow from a run: each open property with each of its values, those asked for before it empty. */
  const following = ({ assignment, open }: { readonly assignment: Assignment; readonly open: readonly string[] }) => {
    const all: { readonly name: string; readonly assignment: Assignment }[] = [];
    let before = assignment;
    for (const name of open) {
      if (reaches.has(name)) return all;
      const values = valuesFor(sites, name);
      if (values.length > mostPropertyValues) hangs(name, 'the script looks for more values than are tried');
      else for (const value of values) all.push({ name, assignment: new Map([...before, [name, value]]) });
      before = new Map([...before, [name, '']]);
    }
    return all;
  };

  // a run may show values that a property is held against, so that runs that are done lead to more
  for (let grew = true; grew; ) {
    grew = false;
    for (const done of [...runs.values()]) {
      for (const { name, assignment } of following(done)) {
        if (reaches.has(name) || runs.has(keyOf(assignment))) continue;
        if (runs.size >= mostPropertyRuns) {
          hangs(name, 'there are more combinations of properties than are tried');
          return { reaches: [...reaches.values()], tried };
        }
        signal?.throwIfAborted();
        const run = await runWith(installation, assignment, sites);
        for (const offset of run.attempt.untold.keys()) tried.add(offset);
        runs.set(keyOf(assignment), { assignment, open: run.open });
        grew = true;
        const why = otherwise(base, run, module.flash);
        if (why !== undefined) hangs(name, displayName(`with ${spelled(assignment)} the package ${why}`));
      }
    }
  }
  return { reaches: [...reaches.values()], tried };
}
