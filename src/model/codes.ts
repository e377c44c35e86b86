/** Every code of a finding or of an error, once: what it means and what to do. What is not listed here does not compile. */

import { archivesCodes } from './codes/archives-codes.js';
import { buildsCodes } from './codes/builds-codes.js';
import { cachesCodes } from './codes/caches-codes.js';
import type { CodeText, CodeTexts } from './codes/code-text.js';
import { configurationCodes } from './codes/configuration-codes.js';
import { deliveryCodes } from './codes/delivery-codes.js';
import { devicesCodes } from './codes/devices-codes.js';
import { filesCodes } from './codes/files-codes.js';
import { fleetsCodes } from './codes/fleets-codes.js';
import { guardsCodes } from './codes/guards-codes.js';
import { imageDeltasCodes } from './codes/image-deltas-codes.js';
import { imagesCodes } from './codes/images-codes.js';
import { listsCodes } from './codes/lists-codes.js';
import { littlefsCodes } from './codes/littlefs-codes.js';
import { nvsCodes } from './codes/nvs-codes.js';
import { packagesCodes } from './codes/packages-codes.js';
import { pairsCodes } from './codes/pairs-codes.js';
import { policiesCodes } from './codes/policies-codes.js';
import { prepareCodes } from './codes/prepare-codes.js';
import { quecpythonCodes } from './codes/quecpython-codes.js';
import { queuesCodes } from './codes/queues-codes.js';
import { signingCodes } from './codes/signing-codes.js';
import { softwareCodes } from './codes/software-codes.js';
import { squashfsCodes } from './codes/squashfs-codes.js';
import { usageCodes } from './codes/usage-codes.js';
import { zipCodes } from './codes/zip-codes.js';

/** A subject of the documentation, with its codes. */
export interface CodeSubject {
  readonly title: string;
  readonly codes: CodeTexts;
}

/** The codes by subject, in the order of the documentation. */
export const codeSubjects: readonly CodeSubject[] = [
  { title: 'The command line', codes: usageCodes },
  { title: 'The configuration', codes: configurationCodes },
  { title: 'Files and folders', codes: filesCodes },
  { title: 'Zip files', codes: zipCodes },
  { title: 'Flash images', codes: imagesCodes },
  { title: 'Builds', codes: buildsCodes },
  { title: 'List files', codes: listsCodes },
  { title: 'Two builds', codes: pairsCodes },
  { title: 'Builds that would not start', codes: guardsCodes },
  { title: 'Plans and packages', codes: packagesCodes },
  { title: 'Signatures and records', codes: signingCodes },
  { title: 'Installed packages', codes: softwareCodes },
  { title: 'Files of a module', codes: devicesCodes },
  { title: 'Modules and delivery', codes: deliveryCodes },
  { title: 'Prepared targets', codes: prepareCodes },
  { title: 'Archives of builds', codes: archivesCodes },
  { title: 'Caches of patches', codes: cachesCodes },
  { title: 'Fleets', codes: fleetsCodes },
  { title: 'Queues', codes: queuesCodes },
  { title: 'Audit policies', codes: policiesCodes },
  { title: 'Image deltas', codes: imageDeltasCodes },
  { title: 'NVS partitions', codes: nvsCodes },
  { title: 'LittleFS images', codes: littlefsCodes },
  { title: 'Squashfs images', codes: squashfsCodes },
  { title: 'Files of QuecPython programs', codes: quecpythonCodes },
];

const texts = {
  ...usageCodes,
  ...configurationCodes,
  ...filesCodes,
  ...zipCodes,
  ...imagesCodes,
  ...buildsCodes,
  ...listsCodes,
  ...pairsCodes,
  ...guardsCodes,
  ...packagesCodes,
  ...signingCodes,
  ...softwareCodes,
  ...devicesCodes,
  ...deliveryCodes,
  ...prepareCodes,
  ...archivesCodes,
  ...cachesCodes,
  ...fleetsCodes,
  ...queuesCodes,
  ...policiesCodes,
  ...imageDeltasCodes,
  ...nvsCodes,
  ...littlefsCodes,
  ...squashfsCodes,
  ...quecpythonCodes,
} as const;

/** A code of a finding or of an error: stable, kebab-case, for machines. */
export type Code = keyof typeof texts;

/** Every code with its text. */
export const codeTexts: Readonly<Record<Code, CodeText>> = texts;

/** Whether a word is a code. */
export function isCode(word: string): word is Code {
  return Object.hasOwn(texts, word);
}

/** Whether `--allow` may take the code: the error then becomes a warning, and the package is made. */
export function isAllowable(code: Code): boolean {
  return Object.hasOwn(guardsCodes, code) || code === 'links-flattened';
}

/** The codes that `--allow` takes, in the order of the documentation. */
export function allowableCodes(): readonly Code[] {
  return Object.keys(texts).filter((code): code is Code => isCode(code) && isAllowable(code));
}
