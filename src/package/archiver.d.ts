/** As much of archiver as is used: it brings no types of its own. */
declare module 'archiver' {
  import type { Readable } from 'node:stream';

  interface EntryData {
    readonly name: string;
    readonly date: Date;
    readonly mode: number;
  }

  class Archive extends Readable {
    append(source: Readable | Buffer, data: EntryData): this;
    finalize(): Promise<void>;
  }

  export class ZipArchive extends Archive {
    constructor(options: { readonly store: boolean });
  }

  export class TarArchive extends Archive {
    constructor(options: { readonly gzip: boolean });
  }
}
