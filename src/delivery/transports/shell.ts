/** A way to a module's own shell and file system, beside its AT port. */

/** How a line ended: its exit status and what it wrote. `gone`: the module went away; `silence`: it took too long. */
export type Ran = { readonly status: number; readonly text: string } | 'gone' | 'silence';

/** The shell of a module. */
export interface ModuleShell {
  /** Runs a line of sh. Both outputs come together. */
  readonly run: (line: string, milliseconds: number) => Promise<Ran>;
  /** Writes a file; gives why it failed. It fails when no piece is taken for so many milliseconds. */
  readonly push: (path: string, pieces: AsyncIterable<Uint8Array>, milliseconds: number) => Promise<string | undefined>;
}
