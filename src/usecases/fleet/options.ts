/** How the package of a job is made: its settings as `generate` takes them. */
import { UsageError } from '../../model/errors.js';
import type { FleetJob } from '../../model/fleet.js';
import { parseParts } from '../../model/parts.js';
import { fromText } from '../../model/path.js';
import { compareRevisions } from '../../model/revision.js';
import { allowedCodes } from '../allow.js';
import type { EncodingOptions, GenerateOptions } from '../generate/generate.js';
import { generateDefaults } from '../generate/generate-defaults.js';
import type { ReadingOptions } from '../open-inputs.js';

/** What the run says of how patches are made; it decides about no byte. */
export type MakingOptions = Pick<EncodingOptions, 'jobs' | 'memory' | 'cache' | 'cacheReadOnly' | 'defaultCache'>;

/** The options of a job. Throws UsageError for a code or a property that is none. */
export function jobOptions(
  job: FleetJob,
  making: MakingOptions = {},
): Omit<GenerateOptions, 'output'> & ReadingOptions {
  const { settings, kind } = job;
  const whole = kind === 'whole';
  const { levers, chmod, dialect, bootUpdate, encoding, verify } = generateDefaults;
  return {
    modes: settings.modes ?? 'build',
    parts: [...(parseParts([settings.parts ?? 'a']) ?? [])],
    bootUpdate: whole ? 'whole' : (settings.bootUpdate ?? bootUpdate),
    levers: {
      ...levers,
      moves: !whole && settings.noMoves !== true,
      copies: !whole && settings.noCopies !== true,
      crossBases: !whole && settings.noCrossBases !== true,
    },
    chmod,
    dialect: settings.scriptDialect ?? dialect,
    permissions: settings.permissions,
    encoding: {
      memory: settings.memory,
      ...making,
      effort: settings.effort ?? encoding.effort,
      jobs: making.jobs ?? settings.jobs,
      whole,
    },
    limits: {
      cacheSize: settings.cacheSize,
      systemFree: settings.systemFree,
      usrdataFree: settings.usrdataFree,
      deviceMemory: settings.deviceMemory,
    },
    verify: {
      level: settings.verify ?? verify.level,
      profile: settings.profile ?? verify.profile,
      eraseBlock: settings.eraseBlock,
      properties: propertiesOf(settings.property),
      allowedPrograms: settings.allowProgram,
    },
    // A way back is meant: the policy allows it, or it was asked for.
    allow: allowedCodes([...(settings.allow ?? []), ...(leadsBack(job) ? ['builds-swapped'] : [])]),
  };
}

function leadsBack({ from, to }: FleetJob): boolean {
  return compareRevisions(fromText(from), fromText(to)) > 0;
}

function propertiesOf(words: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  return (
    words &&
    Object.fromEntries(
      words.map((word) => {
        const cut = word.indexOf('=');
        if (cut > 0) return [word.slice(0, cut), word.slice(cut + 1)];
        throw new UsageError({
          code: 'property',
          message: 'a property of the fleet is not valid',
          found: word,
          expected: 'NAME=VALUE, such as ro.product.device=sdxlemur',
        });
      }),
    )
  );
}
