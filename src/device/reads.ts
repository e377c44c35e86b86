/**
 * What a statement reads of the flash, so that it need not run again while nothing of that has changed. Reading the RAM disk is
 * not noted: where it differs, or what is mounted, a statement runs again anyway.
 */
/** Told of what is read, as it is read. */
export interface ReadLog {
  /** What a name in a directory leads to, or that it is not there. */
  readonly name: (volume: string, directory: number, name: string) => void;
  /** An inode: attributes, content, destination; of a directory also its names. */
  readonly node: (volume: string, ino: number) => void;
  /** An inode and everything below it. */
  readonly below: (volume: string, ino: number) => void;
  /** How much room a volume has. */
  readonly space: (volume: string) => void;
  readonly partition: (name: string) => void;
  readonly stage: () => void;
  /** More than can be told: the statement runs in each start. */
  readonly everything: () => void;
}

/** What was read, as texts that are equal for the same. */
export const readKeys = {
  name: (volume: string, directory: number, name: string) => `name ${volume} ${directory} ${name}`,
  node: (volume: string, ino: number) => `node ${volume} ${ino}`,
  below: (volume: string, ino: number) => `below ${volume} ${ino}`,
  space: (volume: string) => `space ${volume}`,
  partition: (name: string) => `partition ${name}`,
  stage: () => 'stage',
};

const nothing = (): void => {};

/** Tells nobody. */
export const unheard: ReadLog = {
  name: nothing,
  node: nothing,
  below: nothing,
  space: nothing,
  partition: nothing,
  stage: nothing,
  everything: nothing,
};
