import type { PreparedCheck } from './facts.js';

/** Modem files of which none is in the source are probably those of another folder. */
export const checkModemFolder: PreparedCheck = (facts) => {
  if (!facts.hasModem || facts.tree.modemMet > 0) return [];
  return [
    {
      severity: 'warning',
      code: 'prepare-modem-odd',
      place: { file: facts.output },
      message: 'no modem file has the name of one in the source: all of them are added',
      remedy: 'name the folder whose content lies in SYSTEM/firmware (it usually holds a folder image)',
    },
  ];
};

/** Files that the new modem does not have stay on the module. */
export const checkModemKept: PreparedCheck = (facts) => {
  if (!facts.hasModem || facts.tree.modemKept === 0) return [];
  return [
    {
      severity: 'information',
      code: 'prepare-modem-kept',
      place: { file: facts.output },
      message: 'files of SYSTEM/firmware that the new modem does not have stay, as the note says',
      found: `${facts.tree.modemKept} files`,
    },
  ];
};
