export const changeWords = {
  added: 'added',
  removed: 'removed',
  changed: 'changed',
  moved: 'moved',
  copied: 'copied',
  'kind-changed': 'other kind',
  'mode-only': 'owner or mode',
  untouched: 'untouched',
};

export const changeTone = {
  added: 'good',
  removed: 'bad',
  changed: 'info',
  moved: 'info',
  copied: 'info',
  'kind-changed': 'warn',
  'mode-only': 'warn',
  untouched: '',
};

export const partWords = {
  l: 'Linux root file system',
  m: 'modem',
  o: 'kernel',
  minor: 'minor partitions',
  other: 'not carried',
};

export const methodWords = {
  whole: 'whole file',
  patch: 'patch, or whole if smaller',
  BSDIFF40: 'BSDIFF40 patch',
  IMGDIFF2: 'IMGDIFF2 patch',
  link: 'link',
  directory: 'directory',
  permissions: 'owner and mode',
  delete: 'deleted',
  none: 'nothing sent',
};

/** For the narrow column of the table. */
export const methodShort = {
  ...methodWords,
  patch: 'patch or whole',
  BSDIFF40: 'BSDIFF40',
  IMGDIFF2: 'IMGDIFF2',
  whole: 'whole',
  permissions: 'mode',
};

export const relationWords = {
  upgrade: ['upgrade', 'good'],
  downgrade: ['downgrade', 'bad'],
  'same-version': ['same version', 'warn'],
  'other-product': ['another product', 'bad'],
  unknown: ['versions not comparable', 'warn'],
};

export const ruleWords = {
  'set-id-new': 'new set-id bit',
  'set-id-lost': 'lost set-id bit',
  'set-id-present': 'set-id file',
  'world-writable': 'world-writable',
  'owner-not-root': 'not owned by root',
  'private-key': 'private key',
  'root-certificate-new': 'new root certificate',
  'certificate-expired': 'expired certificate',
  'listening-service': 'listening service',
  'telnet-or-adb': 'telnet or adb',
  'link-leaves-tree': 'link leaves the tree',
  'link-dangling': 'dangling link',
  'names-differ-by-case': 'names differ by case',
  'hardening-lost': 'lost hardening',
  account: 'account',
  vermagic: 'module for another kernel',
};

export const tones = { error: 'bad', warning: 'warn', information: '', offender: 'bad', waived: 'warn' };
