/** What several documents hold. */
import {
  count,
  flag,
  is,
  list,
  maybe,
  nothing,
  object,
  one,
  orNull,
  type Schema,
  sha256,
  text,
  whole,
} from './build-schema.js';

export const format = (name: string, version = 1) => ({ format: is(name), version: is(version) });

export const place = object({ file: text, entry: maybe(text), line: maybe(count), column: maybe(count) });

const faultFields = {
  code: text,
  place: maybe(place),
  message: text,
  found: maybe(text),
  expected: maybe(text),
  remedy: maybe(text),
};

export const fault = object(faultFields);
export const finding = object({ severity: one('error', 'warning', 'information'), ...faultFields });
export const findings = list(finding);

export const build = object({ origin: text, digest: sha256, revision: orNull(text) });

export const needs = object({
  systemPeak: whole,
  systemGrowth: whole,
  cachePeak: count,
  cacheAsked: count,
  cacheForRetry: count,
  usrdata: count,
  memory: count,
});

const difference = object({
  path: text,
  what: one('absent', 'extra', 'kind', 'content', 'link', 'mode', 'owner', 'label', 'capabilities'),
  found: maybe(text),
  expected: maybe(text),
});
const scriptPlace = object({ line: count, column: count });
const status = one('succeeded', 'refused', 'parse-error', 'aborted', 'hung', 'stopped');
const usage = object({ peak: count, capacity: count });

export const proofFields = {
  packageOrigin: text,
  packageBytes: count,
  profile: text,
  permissions: one('set_perm', 'set_metadata', 'none'),
  verdict: one('proved', 'runs', 'not-proved'),
  proved: flag,
  status,
  deviceCode: whole,
  message: maybe(text),
  place: maybe(scriptPlace),
  comparedWith: one('target', 'nothing'),
  compared: count,
  differenceCount: count,
  differences: list(difference),
  outside: list(object({ what: text, subject: text, message: text, place: maybe(scriptPlace) })),
  powerCuts: maybe(
    object({
      points: count,
      tried: count,
      repeated: count,
      secondCuts: count,
      leftInWrites: count,
      failed: count,
      failures: list(
        object({
          cut: count,
          effect: text,
          place: maybe(scriptPlace),
          repeated: flag,
          attempts: count,
          status,
          message: maybe(text),
          differences: list(difference),
        }),
      ),
    }),
  ),
  statements: count,
  system: usage,
  cache: usage,
  memoryPeak: count,
  progress: list({ type: 'number' }),
  progressFault: maybe(text),
  notes: list(text),
  lists: maybe(object({ folder: maybe(text), digest: sha256, madeWith: maybe(sha256) })),
  trace: maybe(list(text)),
};

export const proof: Schema = object(proofFields);

export const projectVersion = object({
  project: orNull(text),
  revision: orNull(text),
  branch: orNull(text),
  custom: orNull(text),
  packageTime: orNull(text),
});

export const signatures = object({
  packageOrigin: text,
  key: sha256,
  valid: flag,
  signatures: list(object({ scheme: one('le', 'android', 'detached'), valid: flag, message: text, notes: list(text) })),
});

export const none = nothing;
