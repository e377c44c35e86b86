/** What a code means and what to do about it, for the documentation and `dfota explain`. */
export interface CodeText {
  /** One sentence, without a full stop. */
  readonly meaning: string;
  /** One sentence that begins with a verb, without a full stop. */
  readonly remedy: string;
}

/** The texts of a subject by code. */
export type CodeTexts = Readonly<Record<string, CodeText>>;
