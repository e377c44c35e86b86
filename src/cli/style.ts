/** What the environment says about colour. */
export interface ColourEnvironment {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

/**
 * Whether to colour: FORCE_COLOR decides when it is set (`0` and `false` mean no), then NO_COLOR when it is not empty,
 * then whether a capable terminal reads us.
 */
export function wantsColour(environment: ColourEnvironment, isTerminal: boolean): boolean {
  const force = environment.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false;
  return isTerminal && environment.TERM !== 'dumb';
}

const marks = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  green: [32, 39],
} as const;

export type Mark = keyof typeof marks;

/** Puts terminal colours around text, or leaves it alone. */
export type Style = (mark: Mark, text: string) => string;

/** No colours. */
export const plain: Style = (_mark, text) => text;

/** Terminal colours. */
export const coloured: Style = (mark, text) => {
  const [on, off] = marks[mark];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};
