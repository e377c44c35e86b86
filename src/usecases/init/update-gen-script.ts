/** The script that stands in for the original's tool in the maker's folder. `program`: our own, where it is installed. */
export function updateGenScript(program: string): string {
  return `#!/bin/sh
# Makes ./update.zip from v1/targetfiles.zip to v2/targetfiles.zip with the lists of this folder: ./update_gen.sh a > log
cd "$(dirname "$0")" || exit 3
program=${quoted(program)}
if [ -f "$program" ]; then
  exec node "$program" "$@"
fi
if command -v update_gen >/dev/null 2>&1; then
  exec update_gen "$@"
fi
echo "update_gen of dfota is neither at $program nor on the path: npm install -g dfota" >&2
exit 3
`;
}

/** A word of the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
