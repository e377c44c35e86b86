import type { Explanation } from '../model/explanation.js';

const sourceOfTruth = 'the source given to the generator is not the firmware that runs on the module';

/** Codes of +QIND: "FOTA","END",<code>, as the module maker documents them. */
export const fotaCodes: Readonly<Record<string, Omit<Explanation, 'subject'>>> = {
  '0': {
    meaning: 'the update succeeded',
    causes: [],
    look: ['compare /etc/quectel-project-version on the module with the target build'],
  },
  '501': {
    meaning: 'the package cannot be unpacked, or there is no space to unpack it',
    causes: [
      'usrdata is too full: 60 MB must be free within a baseline, 110 MB across baselines',
      'the package was cut off or changed on its way to the module',
    ],
    look: [
      'df /usrdata on the module',
      'unzip -tq on the package, and its size and MD5 on the module against those of the file that was made',
      'dfota inspect update.zip tells its size',
    ],
  },
  '502': {
    meaning: 'the upgrade process ended abnormally: it crashed, was killed, or did not start',
    causes: [
      'the update-binary in the package is not made for this module (wrong OTA/bin/updater)',
      'not enough memory: a patch needs the source, the target and the patch at the same time',
      'power or watchdog during the update',
    ],
    look: [
      'dfota explain last_log with the log of the recovery',
      "the target's OTA/bin/updater against that of the maker's targetfiles.zip",
      'dmesg of the recovery for «Out of memory» and «killed»',
    ],
  },
  '503': {
    meaning: 'the MD5 of the package is wrong',
    causes: ['the package was damaged during the download', 'the MD5 on the server is that of another package'],
    look: [
      'md5sum of the package on the module and of the file that was made (dfota inspect tells it)',
      'upload and download it again',
    ],
  },
  '504': {
    meaning: 'the format of the package is wrong; the module has deleted it',
    causes: [
      'the file is no zip or no update package',
      'another file than update.zip was sent, such as a zip around it',
    ],
    look: [
      'unzip -l on the file: META-INF/com/google/android/updater-script must be there',
      'dfota inspect update.zip',
    ],
  },
  '505': {
    meaning: 'the check before the update failed: the test of the zip, or the project version',
    causes: [
      'the quectel-project-version in the package differs from /etc/quectel-project-version on the module, by so little as a blank',
      sourceOfTruth,
      'the package is damaged: unzip -tq does not say «No errors»',
    ],
    look: [
      'cmp of the package’s quectel-project-version (dfota inspect shows it) with /etc/quectel-project-version of the module',
      'unzip -tq update.zip',
      'make the package again with the build that runs on the module as source',
    ],
  },
  '510': {
    meaning:
      'the verification of a file failed: a file on the module is neither what the package starts from nor what it makes',
    causes: [
      sourceOfTruth,
      'a file of /system was changed on the module (by hand, by a program, by an earlier update that was cut off and replaced)',
      '/system is full: the unpacking of whole files does not tell that, and the first check that finds a shortened one ends with 510 instead of 511',
      'the system partition is damaged',
    ],
    look: [
      'the log of the recovery: dfota explain last_log --package update.zip names the statement and the file',
      'sha1sum of that file on the module against the source build; da39a3ee5e6b4b0d3255bfef95601890afd80709 is an empty file, and df /system tells whether there is room',
      'dfota check v1.zip v2.zip --device-files DIR compares all of the module’s files with the source before shipping',
      'files that change on the module belong into quectel_noota_filelist.txt, or whole into quectel_fullota_filelist.txt',
    ],
  },
  '511': {
    meaning: 'there was not enough space during the upgrade',
    causes: [
      'the system root file system has too little free space: the largest patched file and half of it again must fit, 20 MB should be free',
      '/cache, which lies in usrdata, is too full to keep the copy of a file or the new boot image',
    ],
    look: [
      'df /system and df /usrdata on the module',
      'dfota audit tells what a package needs',
      'delete what is not needed, or make the package send fewer large files as patches',
    ],
  },
  '550': {
    meaning: 'the package and its content do not fit into usrdata',
    causes: ['usrdata is too full', 'the package is too large: 70 MB is the usual limit'],
    look: [
      'df /usrdata on the module',
      'dfota inspect tells the largest contributors',
      'update in two steps, or by parts (a, l, m, o)',
    ],
  },
};

const otherFailure: Omit<Explanation, 'subject'> = {
  meaning: 'another failure of the upgrade; older guides do not say which',
  causes: ['the script aborted for a reason without a code of its own'],
  look: [
    'dfota explain last_log with the log of the recovery',
    'the codes 505, 510 and 511: the same things go wrong here',
  ],
};

/** 520 to 530 and 540 to 546, which older guides list without telling them apart. */
export function isOtherFailure(code: string): boolean {
  if (!/^\d{3}$/.test(code)) return false;
  const value = Number(code);
  return (value >= 520 && value <= 530) || (value >= 540 && value <= 546);
}

/** What a code of the module means; `undefined` for one that is not documented. */
export function fotaCode(code: string): Explanation | undefined {
  const known = Object.hasOwn(fotaCodes, code) ? fotaCodes[code] : isOtherFailure(code) ? otherFailure : undefined;
  return known && { subject: code, ...known };
}

/** Exit codes of the update-binary: the recovery logs them as (Status n). */
export const updaterStatuses: Readonly<Record<string, Omit<Explanation, 'subject'>>> = {
  '0': { meaning: 'the script ran to its end', causes: [], look: [] },
  '1': {
    meaning: 'the update-binary was started wrongly',
    causes: ['the recovery speaks another version of the interface than the update-binary'],
    look: ["the target's OTA/bin/updater against that of the maker's targetfiles.zip"],
  },
  '2': {
    meaning: 'the update-binary does not know the version of the interface that the recovery speaks',
    causes: ['the update-binary is not made for this module'],
    look: ["the target's OTA/bin/updater against that of the maker's targetfiles.zip"],
  },
  '3': {
    meaning: 'the package cannot be read as a zip',
    causes: [
      'the package was damaged or cut off',
      'a name in it has a byte below 32 or above 126, it has more than 65,535 entries or is a zip64: the module’s reader knows none of these',
    ],
    look: ['unzip -tq update.zip', 'dfota inspect update.zip refuses what the module cannot read'],
  },
  '4': {
    meaning: 'the package holds no updater-script',
    causes: ['it was packed by hand, inside a folder or without META-INF'],
    look: ['unzip -l update.zip: META-INF/com/google/android/updater-script must be there'],
  },
  '5': {
    meaning: 'the updater-script cannot be read from the package',
    causes: ['the package is damaged', 'not enough memory'],
    look: ['unzip -tq update.zip'],
  },
  '6': {
    meaning: 'the updater-script has a syntax error',
    causes: [
      'it uses a function that this update-binary does not have, even in a branch that is never taken',
      'it was edited by hand: CRLF, a missing semicolon, a comment without its newline, an empty script',
    ],
    look: ['the line and column that the log tells', 'dfota verify runs the script on several kinds of update-binary'],
  },
  '7': {
    meaning: 'the script aborted',
    causes: ['a check failed, a patch did not apply, or a file could not be written'],
    look: ['the line «script aborted:» of the log: dfota explain last_log --package update.zip'],
  },
};

/** Words that the module writes or reports. */
export const statusWords: Readonly<Record<string, Omit<Explanation, 'subject'>>> = {
  OK: {
    meaning: 'the module accepted the command, nothing more: the update has not begun yet',
    causes: [],
    look: ['+QIND: "FOTA","START", "HTTPSTART" or "FTPSTART" follows, or "END" with a code'],
  },
  ERROR: {
    meaning: 'the module refused the command: the update was not started',
    causes: [
      'the path or address of AT+QFOTADL is wrong, longer than 255 bytes, or not in quotation marks',
      'no package is there, or another update is under way',
      'this AT port does not take the command',
    ],
    look: [
      'AT+CMEE=2, then the command again: the answer names the reason',
      'AT+QFLST="*" or ls -l of the path: whether the package is there',
    ],
  },
  HTTPSTART: {
    meaning: 'the download by HTTP(S) has begun',
    causes: [],
    look: ['+QIND: "FOTA","HTTPEND",<number> follows: 0 for a package that has arrived'],
  },
  FTPSTART: {
    meaning: 'the download by FTP has begun',
    causes: [],
    look: ['+QIND: "FOTA","FTPEND",<number> follows: 0 for a package that has arrived'],
  },
  DOWNLOADING: {
    meaning: 'the package is being downloaded; the number is the percentage',
    causes: [],
    look: ['+QIND: "FOTA","HTTPEND" or "FTPEND" with a number follows'],
  },
  HTTPEND: {
    meaning: 'the download by HTTP(S) has ended; the number is the result, 0 for success',
    causes: [],
    look: ['dfota explain HTTPEND,<number>'],
  },
  FTPEND: {
    meaning: 'the download by FTP has ended; the number is the result, 0 for success',
    causes: [],
    look: ['dfota explain FTPEND,<number>'],
  },
  START: { meaning: 'the update has begun', causes: [], look: ['+QIND: "FOTA","UPDATING",<percent> follows'] },
  UPDATING: {
    meaning: 'the update is running; the number is the percentage',
    causes: [],
    look: ['when it stays at one value: the file being patched is large, or the module has restarted and begun again'],
  },
  END: {
    meaning: 'the update has ended; the number is the result, 0 for success',
    causes: [],
    look: ['dfota explain <number>'],
  },
  IP_PREVIOUS_UPDATE_SUCCESSFUL: {
    meaning: 'the last update succeeded (ipth_config_dfs.txt)',
    causes: [],
    look: ['compare /etc/quectel-project-version on the module with the target build'],
  },
  IP_PREVIOUS_UPDATE_CHECK_FILE_FAILED: {
    meaning: 'the last update stopped because a file did not verify (ipth_config_dfs.txt): what is reported as 510',
    causes: fotaCodes['510']?.causes ?? [],
    look: fotaCodes['510']?.look ?? [],
  },
  IP_PREVIOUS_UPDATE_IN_PROGRESS: {
    meaning: 'an update had begun and has not ended (ipth_config_dfs.txt)',
    causes: [
      'the power was cut, or the module restarted: the same package starts again, at most 5 times',
      'the update-binary crashed: see 502',
    ],
    look: ['let the module run on; if the word stays, dfota explain last_log with the log of the recovery'],
  },
};
