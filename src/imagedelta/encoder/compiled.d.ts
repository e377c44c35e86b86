/** The module of wasm/, in base64: the build writes it. What computes only reads no files. */
export const compiled: string;
