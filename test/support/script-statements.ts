/**
 * The statements of a printed script as pieces of its text, found with nothing but quotes and semicolons, so that tests
 * can leave one out or change one. Comments and blank lines belong to the statement that follows.
 */
export function splitStatements(script: string): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  let quoted = false;
  let comment = false;
  for (let at = 0; at < script.length; at++) {
    const letter = script[at];
    if (comment) comment = letter !== '\n';
    else if (quoted && letter === '\\') at++;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === '#') comment = true;
    else if (!quoted && letter === ';') {
      const end = script[at + 1] === '\n' ? at + 2 : at + 1;
      pieces.push(script.slice(from, end));
      from = end;
    }
  }
  if (from < script.length) pieces.push(script.slice(from));
  return pieces;
}
