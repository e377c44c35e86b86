/** Which versions of an archive a product means, oldest first. */
import { type Fault, InputError } from '../model/errors.js';
import type { FleetVersion, KnownProduct, Placed } from '../model/fleet.js';
import { nearest } from '../model/nearest.js';
import { compareBytes, displayName, fromText } from '../model/path.js';
import { compareRevisions } from '../model/revision.js';
import { isPattern, matchesPattern } from './pattern.js';

/** The versions of a product. */
export interface ProductVersions {
  /** All that take part, oldest first. */
  readonly order: readonly FleetVersion[];
  readonly sources: readonly FleetVersion[];
  readonly targets: readonly FleetVersion[];
  /** Devices by revision; undefined where nobody counted. */
  readonly devices: ReadonlyMap<string, number> | undefined;
  /** The version that the way from a version leads over, by revision. */
  readonly over: ReadonlyMap<string, string>;
}

/** Finds the versions; throws InputError with every name that the archive does not hold. */
export function versionsOf({ product, versions, field }: KnownProduct): ProductVersions {
  const faults: Fault[] = [];
  const names = versions.map(({ revision }) => displayName(revision));
  const find = (wanted: Placed): readonly FleetVersion[] => {
    const text = fromText(wanted.text);
    const found = isPattern(wanted.text)
      ? versions.filter(({ revision }) => matchesPattern(text, revision))
      : versions.filter(({ revision }) => revision === text);
    if (found.length === 0) faults.push(unknown(wanted, names, product.archive));
    return found;
  };
  const named = (list: readonly Placed[]): readonly FleetVersion[] => sorted(list.flatMap(find));
  const rows = field?.map(({ version, place }) => ({ text: version, place }));
  const sources = named(rows === undefined ? product.sources : []);
  const inField = rows?.flatMap((row, at) =>
    findRow(row, versions, names, product.archive, faults, field?.[at]?.count ?? 0),
  );
  const targets = named(product.targets);
  const over = new Map<string, string>();
  const vias: FleetVersion[] = [];
  for (const chain of product.policy.chains) {
    const [via] = isPattern(chain.over.text) ? [] : find(chain.over);
    if (isPattern(chain.over.text)) faults.push(unknown(chain.over, names, product.archive));
    if (via === undefined) continue;
    vias.push(via);
    for (const { revision } of find(chain.from)) over.set(revision, via.revision);
  }
  if (faults.length > 0) throw new InputError(faults);
  refuseCycle(over, product.policy.chains);
  const devices = inField && new Map<string, number>();
  for (const { version, count } of inField ?? [])
    devices?.set(version.revision, (devices.get(version.revision) ?? 0) + count);
  const all = sorted([...sources, ...(inField ?? []).map(({ version }) => version)]);
  return { order: sorted([...all, ...targets, ...vias]), sources: all, targets, devices, over };
}

function findRow(
  row: Placed,
  versions: readonly FleetVersion[],
  names: readonly string[],
  archive: string,
  faults: Fault[],
  count: number,
): readonly { readonly version: FleetVersion; readonly count: number }[] {
  const version = versions.find(({ revision }) => revision === fromText(row.text));
  if (version !== undefined) return [{ version, count }];
  faults.push(unknown(row, names, archive));
  return [];
}

/** Each once, oldest first. */
function sorted(versions: readonly FleetVersion[]): readonly FleetVersion[] {
  const each = new Map(versions.map((version) => [version.revision, version]));
  return [...each.values()].sort((a, b) => compareRevisions(a.revision, b.revision));
}

function unknown({ text, place }: Placed, names: readonly string[], archive: string): Fault {
  const pattern = isPattern(text);
  const meant = pattern ? undefined : nearest(text, names);
  const shown = [...names].sort(compareBytes).slice(0, 20).join(', ');
  return {
    code: 'fleet-version-unknown',
    place,
    message: pattern ? 'no version of the archive is like this pattern' : 'the archive does not hold this version',
    found: text,
    expected: meant === undefined ? shown || 'the archive is empty' : undefined,
    remedy: `${meant === undefined ? '' : `did you mean ${meant}? or `}add the build with dfota archive add BUILD --to ${archive}`,
  };
}

/** Follows each chain: one that comes back to where it began leads nowhere. */
function refuseCycle(over: ReadonlyMap<string, string>, chains: readonly { readonly from: Placed }[]): void {
  const ends = new Set<string>();
  for (const start of over.keys()) {
    const way: string[] = [];
    for (let at: string | undefined = start; at !== undefined && !ends.has(at); at = over.get(at)) {
      if (way.includes(at)) {
        throw new InputError({
          code: 'fleet-chain-cycle',
          place: chains[0]?.from.place,
          message: 'the chains lead in a circle',
          found: [...way.slice(way.indexOf(at)), at].map(displayName).join(' → '),
          expected: 'a way that ends',
          remedy: 'take one of these chains out',
        });
      }
      way.push(at);
    }
    for (const passed of way) ends.add(passed);
  }
}
