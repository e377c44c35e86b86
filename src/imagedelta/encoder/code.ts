/** How the old image is read as code, as docs/formats/image-delta.md has it. */

export type CodeFormat = 'none' | 'aarch64' | 'thumb' | 'arm';

/** As the header says it. */
export const formatNumbers = { none: 0, aarch64: 1, thumb: 2, arm: 3 } as const satisfies Record<CodeFormat, number>;

/** A range of addresses, and where the old image holds what is loaded there. */
export interface AddressRange {
  readonly address: number;
  readonly offset: number;
  readonly length: number;
}

/** A way to read the old image. */
export interface Reading {
  readonly format: CodeFormat;
  readonly ranges: readonly AddressRange[];
  readonly codeBase: number;
}

/** Nothing is taken for an address. */
export const plainReading: Reading = { format: 'none', ranges: [], codeBase: 0 };
