/** Something that speaks against a delivery. */
export interface Prediction {
  /** What END would report; `undefined` where the module has no code for it. */
  readonly code: number | undefined;
  /** The update cannot succeed; otherwise it is a hint. */
  readonly certain: boolean;
  readonly message: string;
}

/** What was seen of a module, and all that speaks against the package. Sizes are bytes. */
export interface Preflight {
  readonly version: string | undefined;
  readonly product: string | undefined;
  readonly usrdataFree: number | undefined;
  readonly systemFree: number | undefined;
  /** Files of the module that were compared; `undefined` where none were given. */
  readonly files: number | undefined;
  readonly predictions: readonly Prediction[];
}
