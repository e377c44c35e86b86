/** The readers of configurations and fleets, for the fuzz. */
import { utf8Text } from '../../../src/formats/text/plain-text.js';
import { parseConfiguration } from '../../../src/input/configuration/read-configuration.js';
import { parseField } from '../../../src/input/fleet/read-field.js';
import { parseFleet } from '../../../src/input/fleet/read-fleet.js';
import { InputError } from '../../../src/model/errors.js';
import type { FuzzReader } from './reader.js';
import { texts } from './text-readers.js';

const file = 'input';

const configuration = `defaults:
  lists: lists
products:
  rg520n:
    source: releases/A01/targetfiles.zip
    target: build/targetfiles.zip
    output: out/update.zip
    cache-size: 64M
    parts: lm
    commands:
      audit: {output: out/audit.html}
  other: {source: a.zip, target: b.zip, allow: [boot-missing, no-fstab]}
`;

const fleet = `products:
  gateway:
    archive: releases
    sources: ["RG520N*_01.00[1-4]"]
    targets: [{field: versions.csv}]
    output: packages
    budgets: {package: 60MB}
    policy: {downgrade: forbidden, back: 5, beyond: chain, chains: {a: b}}
    with-rollback: true
`;

/** Readers of what people configure, by name. */
export const settingsReaders = {
  configuration: {
    read: (bytes) => parseConfiguration(utf8Text(bytes), file),
    throws: [InputError],
    samples: texts(configuration, '{"products": {"a": {"source": "v1", "target": "v2"}}}'),
    words: [
      '&a',
      '*a',
      '<<:',
      '!!binary',
      '|',
      '>-',
      '? ',
      '- ',
      '{',
      ']',
      '"',
      "'",
      '\t',
      '%YAML 9',
      '---',
      '...',
      '~',
    ],
  },
  fleet: {
    read: (bytes) => parseFleet(utf8Text(bytes), file),
    throws: [InputError],
    samples: texts(
      fleet.replace('[{field: versions.csv}]', '[R2]'),
      fleet.replace('["RG520N*_01.00[1-4]"]', '{field: versions.csv}').replace('[{field: versions.csv}]', '[R2]'),
    ),
    words: ['&a', '*a', '<<:', 'policy:', 'budgets:', 'chains:', '60', '- ', '{', ']', '"'],
  },
  field: {
    read: (bytes) => parseField(utf8Text(bytes), file),
    throws: [InputError],
    samples: texts('version,count\nA1,12\nA2,3\n', 'A1;5\nA2;6\n', '# note\nA1\t7\n'),
    words: ['version', 'count', ',', ';', '\t', '"', '99999999999999'],
  },
} satisfies Readonly<Record<string, FuzzReader>>;
