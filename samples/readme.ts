/** Prints samples/README.md from the table of changes: `node dist/samples/readme.js > samples/README.md`. */
import { fileURLToPath } from 'node:url';
import { displayName } from '../src/model/path.js';
import type { NodeSpec } from '../test/support/targetfiles.js';
import { changes } from './every-change/changes.js';

function showNode(node: NodeSpec | undefined): string {
  if (node === undefined) return '–';
  if (node.kind === 'link') {
    const text = displayName(node.to);
    return `link to \`${text.length > 24 ? `${text.slice(0, 20)}…` : text}\``;
  }
  const owner = node.uid === undefined && node.gid === undefined ? '' : ` ${node.uid ?? 0}:${node.gid ?? 0}`;
  const mode = node.mode === undefined ? '' : ` ${node.mode.toString(8).padStart(4, '0')}`;
  return `${node.kind === 'file' ? `${node.data.length} bytes` : 'directory'}${mode}${owner}`;
}

/** The whole document. */
export function samplesReadme(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = changes.map(
    ({ path, before, after, shows }) =>
      `| \`${cell(displayName(path))}\` | ${cell(showNode(before))} | ${cell(showNode(after))} | ${cell(shows)} |`,
  );
  return `# Samples

\`npm run sample\` makes the pair below, generates its package, proves it on the simulated device and shows what is in it.
\`node dist/samples/make.js FOLDER\` only makes the pair, in the layout that \`update_gen\` works in.

## every-change
Two small builds that differ in every way that matters, and list files (\`every-change/lists/\`). Nothing in them is real firmware:
\`every-change/firmware.ts\` makes up the contents, \`every-change/changes.ts\` is the table, and this page is printed from it
(\`node dist/samples/readme.js > samples/README.md\`).

| path | before | after | what it is there for |
|---|---|---|---|
${rows.join('\n')}

Paths that are not in the table (\`META/\`, \`RECOVERY/recovery.fstab\`, \`SYSTEM/etc/quectel-project-version\`) are what every build has.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(samplesReadme());
