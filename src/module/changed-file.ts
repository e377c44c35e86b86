/** A firmware on which somebody has changed a file. */
import type { BuildContent, OpenBuild } from '../model/build.js';
import { sha1Of } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import { onDevice } from '../model/layout.js';

/** The firmware with one file of another content; as it is where none is named. Throws InputError for a file that it has not. */
export function withChangedFile({ build, content }: OpenBuild, device: string | undefined): OpenBuild {
  if (device === undefined) return { build, content };
  const entries = new Map(build.entries);
  for (const [path, entry] of entries) {
    if (entry.kind !== 'file' || onDevice(path) !== device) continue;
    entries.set(path, { ...entry, content: { size: 0, sha1: sha1Of(new Uint8Array()) } });
    const read: BuildContent['read'] = async (wanted) =>
      wanted === path ? new Uint8Array() : await content.read(wanted);
    return { build: { ...build, entries }, content: { ...content, read } };
  }
  throw new InputError({
    code: 'module-fault',
    message: 'the firmware has no such file',
    found: device,
    expected: 'a file of /system, such as /system/build.prop',
  });
}
