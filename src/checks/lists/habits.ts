import type { Finding } from '../../model/finding.js';
import { displayName, toBuildPath } from '../../model/path.js';
import { type BuildCheck, few } from '../builds/facts.js';

/** The lines that the original's noota list comes with; they keep what the module's device management wrote. */
export const nootaDefaults = [
  'SYSTEM/kt_dms/ec21/kt_svc',
  'SYSTEM/kt_dms/ec25/kt_dmc',
  'SYSTEM/kt_dms/ec25/kt_svc',
  'SYSTEM/kt_dms/lib/libkt_dev_detail-1.0.so',
  'SYSTEM/kt_dms/lib/libkt_fw_flags-1.0.so',
  'SYSTEM/kt_dms/lib/libkt_dmc_cm-1.0.so',
  'SYSTEM/kt_dms/lib/libkt_fw_up-1.0.so',
  'SYSTEM/firmware/image/seg_info.txt',
].map(toBuildPath);

/** Default lines of the noota list that were taken out although the builds have such files. */
export const checkNootaDefaults: BuildCheck = ({ source, target, rules }) => {
  const removed = nootaDefaults.filter(
    (path) =>
      (source.entries.has(path) || target.entries.has(path)) &&
      !rules.keep.some((rule) => rule.matches(path)) &&
      !rules.whole.some((rule) => rule.matches(path)),
  );
  if (removed.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'noota-default-removed',
      message: 'the noota list lacks its default lines for files that the builds have',
      found: few(removed, 8),
      remedy:
        'put the lines back, or move them to the fullota list if the device is to get new versions of these files',
    },
  ];
};

/** Folders and patterns in noota and fullota, which the original tool reads as names of files that do not exist. */
export const checkOriginalForm: BuildCheck = ({ rules }) => {
  const findings: Finding[] = [];
  for (const rule of [...rules.keep, ...rules.whole]) {
    if (rule.form === 'exact') continue;
    findings.push({
      severity: 'information',
      code: 'list-beyond-original',
      place: { file: rule.at.file, line: rule.at.line },
      message: `a ${rule.form} works here, but the original tool takes exact names of files only`,
      found: displayName(rule.text),
      remedy: 'nothing, unless the list is also used with the original',
    });
  }
  return findings;
};
