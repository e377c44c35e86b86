/** Which listed files a program writes: the restore would undo it. */

const looksWritten = /\.(?:log|db|tmp|bak|cache|csv|dat)$|(?:^|\/)(?:log|logs|data|cache|tmp)\//i;

/** The listed names that the program writes: those that are said to, and those that look like it. */
export function writtenNames(
  listed: readonly string[],
  said: readonly string[],
): readonly { readonly name: string; readonly isSaid: boolean }[] {
  const known = new Set(said.map((name) => name.replace(/^\/*(?:usr\/+)?/, '').toLowerCase()));
  return listed.flatMap((name) => {
    const isSaid = known.has(name.toLowerCase());
    return isSaid || looksWritten.test(name) ? [{ name, isSaid }] : [];
  });
}
