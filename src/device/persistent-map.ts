/**
 * A map that never changes: setting gives a new map that shares almost everything with the old one (a hash array mapped
 * trie). The state of the device is made of these, so that the state at every one of thousands of power cuts can be kept.
 */

type Key = string | number;

interface Leaf<K, V> {
  readonly kind: 'leaf';
  readonly hash: number;
  readonly key: K;
  readonly value: V;
  /** Another key with the same hash. */
  readonly next: Leaf<K, V> | undefined;
}

interface Branch<K, V> {
  readonly kind: 'branch';
  readonly bitmap: number;
  readonly slots: readonly Slot<K, V>[];
}

type Slot<K, V> = Leaf<K, V> | Branch<K, V>;

/** An immutable map from names or numbers; iteration order is fixed by the keys, but is no order that means anything. */
export interface PersistentMap<K extends Key, V> {
  readonly size: number;
  readonly root: Slot<K, V> | undefined;
}

/** The map without keys. */
export function emptyMap<K extends Key, V>(): PersistentMap<K, V> {
  return { size: 0, root: undefined };
}

function hashOf(key: Key): number {
  if (typeof key === 'number') return key | 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash;
}

function countBits(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The value, or `undefined`. */
export function mapGet<K extends Key, V>(map: PersistentMap<K, V>, key: K): V | undefined {
  const hash = hashOf(key);
  let slot = map.root;
  for (let shift = 0; slot !== undefined; shift += 5) {
    if (slot.kind === 'leaf') {
      for (let leaf: Leaf<K, V> | undefined = slot; leaf !== undefined; leaf = leaf.next) {
        if (leaf.key === key) return leaf.value;
      }
      return undefined;
    }
    const bit = 1 << ((hash >>> shift) & 31);
    if ((slot.bitmap & bit) === 0) return undefined;
    slot = slot.slots[countBits(slot.bitmap & (bit - 1))];
  }
  return undefined;
}

/** Keys of one hash stand in an order of their own, so that maps of the same keys are gone through alike, however they were made. */
function comesBefore(a: Key, b: Key): boolean {
  if (typeof a === typeof b) return a < b;
  return typeof a === 'number';
}

function chainWith<K extends Key, V>(chain: Leaf<K, V> | undefined, leaf: Leaf<K, V>): Leaf<K, V> {
  if (chain === undefined || comesBefore(leaf.key, chain.key)) return { ...leaf, next: chain };
  return { ...chain, next: chainWith(chain.next, leaf) };
}

function chainWithout<K, V>(leaf: Leaf<K, V> | undefined, key: K): Leaf<K, V> | undefined {
  if (leaf === undefined) return undefined;
  return leaf.key === key ? leaf.next : { ...leaf, next: chainWithout(leaf.next, key) };
}

function inSlots<T>(slots: readonly T[], at: number, replaced: number, ...values: T[]): readonly T[] {
  const copy = slots.slice();
  copy.splice(at, replaced, ...values);
  return copy;
}

function put<K extends Key, V>(slot: Slot<K, V> | undefined, leaf: Leaf<K, V>, shift: number): Slot<K, V> {
  if (slot === undefined) return leaf;
  if (slot.kind === 'leaf') {
    if (slot.hash === leaf.hash) return chainWith(chainWithout(slot, leaf.key), leaf);
    const there: Branch<K, V> = { kind: 'branch', bitmap: 1 << ((slot.hash >>> shift) & 31), slots: [slot] };
    return put(there, leaf, shift);
  }
  const bit = 1 << ((leaf.hash >>> shift) & 31);
  const at = countBits(slot.bitmap & (bit - 1));
  if ((slot.bitmap & bit) === 0) {
    return { kind: 'branch', bitmap: slot.bitmap | bit, slots: inSlots(slot.slots, at, 0, leaf) };
  }
  const child = put(slot.slots[at], leaf, shift + 5);
  return { kind: 'branch', bitmap: slot.bitmap, slots: inSlots(slot.slots, at, 1, child) };
}

/** The map with the key set. */
export function mapSet<K extends Key, V>(map: PersistentMap<K, V>, key: K, value: V): PersistentMap<K, V> {
  const known = mapGet(map, key) !== undefined;
  const root = put(map.root, { kind: 'leaf', hash: hashOf(key), key, value, next: undefined }, 0);
  return { size: known ? map.size : map.size + 1, root };
}

function without<K, V>(slot: Slot<K, V>, key: K, hash: number, shift: number): Slot<K, V> | undefined {
  if (slot.kind === 'leaf') return chainWithout(slot, key);
  const bit = 1 << ((hash >>> shift) & 31);
  const at = countBits(slot.bitmap & (bit - 1));
  const old = slot.slots[at];
  if ((slot.bitmap & bit) === 0 || old === undefined) return slot;
  const child = without(old, key, hash, shift + 5);
  if (child !== undefined) return { kind: 'branch', bitmap: slot.bitmap, slots: inSlots(slot.slots, at, 1, child) };
  if (slot.slots.length === 1) return undefined;
  return { kind: 'branch', bitmap: slot.bitmap & ~bit, slots: inSlots(slot.slots, at, 1) };
}

/** The map without the key. */
export function mapDelete<K extends Key, V>(map: PersistentMap<K, V>, key: K): PersistentMap<K, V> {
  if (map.root === undefined || mapGet(map, key) === undefined) return map;
  return { size: map.size - 1, root: without(map.root, key, hashOf(key), 0) };
}

function visit<K, V>(slot: Slot<K, V>, each: (key: K, value: V) => void): void {
  if (slot.kind === 'branch') for (const child of slot.slots) visit(child, each);
  else for (let leaf: Leaf<K, V> | undefined = slot; leaf !== undefined; leaf = leaf.next) each(leaf.key, leaf.value);
}

/** Calls for every key. */
export function mapEach<K extends Key, V>(map: PersistentMap<K, V>, each: (key: K, value: V) => void): void {
  if (map.root !== undefined) visit(map.root, each);
}

/**
 * Calls for every key that one of the maps has and the other has not, or with another value: another object, even an equal one. What
 * both share is passed over as a whole.
 */
export function mapDifference<K extends Key, V>(
  a: PersistentMap<K, V>,
  b: PersistentMap<K, V>,
  each: (key: K) => void,
): void {
  differ(a.root, b.root, each);
}

function differ<K, V>(a: Slot<K, V> | undefined, b: Slot<K, V> | undefined, each: (key: K) => void): void {
  if (a === b) return;
  if (a?.kind !== 'branch' || b?.kind !== 'branch') {
    const before = valuesOf(a);
    const after = valuesOf(b);
    for (const [key, value] of before) if (!after.has(key) || after.get(key) !== value) each(key);
    for (const key of after.keys()) if (!before.has(key)) each(key);
    return;
  }
  for (let bits = a.bitmap | b.bitmap; bits !== 0; bits &= bits - 1) {
    const bit = bits & -bits;
    differ(slotAt(a, bit), slotAt(b, bit), each);
  }
}

function slotAt<K, V>({ bitmap, slots }: Branch<K, V>, bit: number): Slot<K, V> | undefined {
  return (bitmap & bit) === 0 ? undefined : slots[countBits(bitmap & (bit - 1))];
}

function valuesOf<K, V>(slot: Slot<K, V> | undefined): ReadonlyMap<K, V> {
  const values = new Map<K, V>();
  if (slot !== undefined) visit(slot, (key: K, value: V) => values.set(key, value));
  return values;
}

/** All keys and values, as an array. */
export function mapEntries<K extends Key, V>(map: PersistentMap<K, V>): [K, V][] {
  const all: [K, V][] = [];
  mapEach(map, (key, value) => all.push([key, value]));
  return all;
}
