import { sdx6x } from '../../model/layout.js';
import { inTarget, type PreparedCheck } from './facts.js';

/** A target without an updater cannot become a package. */
export const checkUpdater: PreparedCheck = (facts) => {
  if (inTarget(facts, sdx6x.updater)) return [];
  return [
    {
      severity: 'error',
      code: 'no-updater',
      place: { file: facts.output },
      message: 'the source holds no OTA/bin/updater, so neither does the target: no package can be made of it',
    },
  ];
};
