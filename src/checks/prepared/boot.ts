import { sdx6x } from '../../model/layout.js';
import { sameContent } from '../../model/tree.js';
import type { PreparedCheck } from './facts.js';

/** A new boot image that is the old one, and a recovery image that was the same and now falls behind. */
export const checkBootImage: PreparedCheck = (facts) => {
  const boot = facts.tree.entries.get(sdx6x.bootImage)?.node;
  if (!facts.hasBoot || boot === undefined) return [];
  const before = facts.source.get(sdx6x.bootImage);
  if (sameContent(before, boot)) {
    return [
      {
        severity: 'information',
        code: 'prepare-same-boot',
        place: { file: facts.output },
        message: 'the new boot image is the same as the one of the source',
      },
    ];
  }
  const recovery = facts.source.get(sdx6x.recoveryImage);
  if (before === undefined || recovery === undefined || !sameContent(recovery, before)) return [];
  return [
    {
      severity: 'information',
      code: 'prepare-recovery',
      place: { file: facts.output },
      message: 'the recovery image was the same as the boot image; it stays as it is, and no package carries it',
    },
  ];
};
