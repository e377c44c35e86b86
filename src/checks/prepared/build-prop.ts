import { sdx6x } from '../../model/layout.js';
import { inTarget, type PreparedCheck } from './facts.js';

/** The file that marks an update as complete should not get lost. */
export const checkBuildPropKept: PreparedCheck = (facts) => {
  if (
    facts.rootfs === undefined ||
    facts.source.get(sdx6x.buildProp)?.kind !== 'file' ||
    inTarget(facts, sdx6x.buildProp)
  )
    return [];
  return [
    {
      severity: 'warning',
      code: 'prepare-no-build-prop',
      place: { file: facts.output },
      message: 'the source has SYSTEM/build.prop, the new root file system does not',
      remedy: 'put it into the root file system: it is patched last and marks an update as complete',
    },
  ];
};
