import { type BuildPath, parentOf } from './path.js';

/** A map by path that changes and knows what lies below a path, so that removing a tree costs what the tree holds. */
export class PathTree<Value> {
  readonly #values = new Map<BuildPath, Value>();
  /** Of each directory, named by an entry or only implied, the names in it. */
  readonly #children = new Map<BuildPath, Set<BuildPath>>();

  get entries(): ReadonlyMap<BuildPath, Value> {
    return this.#values;
  }

  get(path: BuildPath): Value | undefined {
    return this.#values.get(path);
  }

  has(path: BuildPath): boolean {
    return this.#values.has(path);
  }

  set(path: BuildPath, value: Value): void {
    this.#values.set(path, value);
    let child = path;
    for (let above = parentOf(child); above !== undefined; above = parentOf(child)) {
      const beside = this.#children.get(above);
      if (beside?.has(child)) return;
      if (beside === undefined) this.#children.set(above, new Set([child]));
      else beside.add(child);
      child = above;
    }
  }

  /** Takes out this one path; what lies below it stays. */
  delete(path: BuildPath): void {
    this.#values.delete(path);
    let child = path;
    while (!this.#values.has(child) && !this.#children.has(child)) {
      const above = parentOf(child);
      const beside = above === undefined ? undefined : this.#children.get(above);
      if (above === undefined || beside === undefined) return;
      beside.delete(child);
      if (beside.size > 0) return;
      this.#children.delete(above);
      child = above;
    }
  }

  /** Takes out the path and all below it, and returns the values that were there. */
  deleteTree(path: BuildPath): readonly Value[] {
    const removed: Value[] = [];
    const waiting = [path];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const value = this.#values.get(next);
      if (value !== undefined) removed.push(value);
      this.#values.delete(next);
      for (const child of this.#children.get(next) ?? []) waiting.push(child);
      this.#children.delete(next);
    }
    this.delete(path);
    return removed;
  }
}
