/** The lines that recoveries and update-binaries of the Android 4.1 to 7.1 line and its relatives write when something happens. */
import type { LogEventKind } from '../model/explanation.js';

/** A line that is understood: `about` is the first group that holds a file. */
export interface LinePattern {
  readonly pattern: RegExp;
  readonly kind: LogEventKind;
  readonly says: string;
  /** Other programs write such lines too: alone, they do not make a text the log of an update. */
  readonly common?: true | undefined;
}

/** The first that matches counts. Messages that end an update are handled before (log.ts): they may go over several lines. */
export const linePatterns: readonly LinePattern[] = [
  // Build and device.
  {
    pattern: /expects build (?:fingerprint|thumbprint) of|package is for source build/i,
    kind: 'wrong-build',
    says: 'the package is for another build than runs on the device',
  },
  {
    pattern: /over newer build|older than the current build|newer than timestamp/i,
    kind: 'wrong-build',
    says: 'the package is older than the build that runs on the device',
  },
  {
    pattern:
      /package is for (?:product |device:? )?"?([^";]+)"?(?: devices?)?[;,]? (?:this is|this device is|but expected)/i,
    kind: 'wrong-build',
    says: 'the package is for another device',
  },
  {
    pattern: /(quectel-project-version).*(?:mismatch|differ|not (?:match|equal|the same)|wrong|fail)/i,
    kind: 'wrong-build',
    says: 'the package is for another build than runs on the device',
  },

  // The package as a whole.
  {
    pattern:
      /signature verification failed|failed to verify whole-file signature|no signature, |footer is wrong|failed to load keys/i,
    kind: 'signature',
    says: 'the signature of the package does not verify',
  },
  {
    pattern: /syntax error|unexpected character|unknown function "([^"]*)"|(\d+) parse errors?/i,
    kind: 'parse-error',
    says: 'the updater-script has a syntax error',
  },
  {
    pattern:
      /(?:failed to|couldn't|can't|could not|cannot) (?:find|extract) '?([^\s']*(?:updater-script|update-binary|update_binary))/i,
    kind: 'package-unreadable',
    says: 'the package lacks a file that it needs',
  },
  {
    pattern:
      /map of "?([^"\s]+)"? failed|failed to map (?:file|package)(?:\s+"?([^"\s]+))?|failed to read block device from header|(?:error|fail\w*|couldn't|can't|cannot|could not|unable)(?: to)?:? (?:open|opening|stat|access|find|read|map|mapping)\w* (?:\w+ ){0,3}["']?@?([^\s"']*(?:\.zip|block\.map|ipth_package\.bin|update\.bin|update_package))\b/i,
    kind: 'package-unreadable',
    says: 'the package cannot be opened',
  },
  {
    pattern:
      /can't open (\S+\.zip)|failed to open (?:update )?archive|OpenArchive|zip (?:file )?is corrupt|invalid zip|not a valid zip|package is too (?:small|short)|end of central directory|(?:open|opening) (?:the )?zip failed|failed to open (?:the )?package (\S+?):?(?:\s|$)|mzOpenZipArchive|not a zip|\(bad\)|Missing local header|No errors detected in.*: false/i,
    kind: 'package-unreadable',
    says: 'the package cannot be read as a zip',
  },
  {
    pattern:
      /update.?binary.*(?:killed|signal|crashed)|Segmentation fault|Out of memory|terminated by signal|ended with signal/i,
    kind: 'program-failed',
    says: 'the update-binary ended abnormally',
    common: true,
  },

  // Space, before the patches whose failure it is.
  { pattern: /No space left on device/i, kind: 'no-space', says: 'a file system is full', common: true },
  {
    pattern:
      /not enough free space|insufficient .*space|failed to free enough space|no files can be deleted to free space on (\S+)/i,
    kind: 'no-space',
    says: 'there is not enough free space',
    common: true,
  },

  // Contents.
  {
    pattern: /"([^"]+)" has unexpected contents/i,
    kind: 'content-mismatch',
    says: 'a file is neither what the package starts from nor what it makes',
  },
  {
    pattern: /file "([^"]+)" doesn't have any of expected sha-?1 sums/i,
    kind: 'content-mismatch',
    says: 'a file has none of the expected contents; the copy in /cache is looked at',
  },
  {
    pattern: /cache bits don't match any sha1 for "([^"]+)"/i,
    kind: 'content-mismatch',
    says: 'neither the file nor the copy in /cache has an expected content',
  },
  {
    pattern: /contents of partition "?([^"\s]+)"? didn't match (?:(\S+))?/i,
    kind: 'content-mismatch',
    says: 'a partition has none of the expected contents',
  },
  {
    pattern: /(\w+) partition has unexpected (?:non-zero )?contents|(\w+) partition verification failed/i,
    kind: 'content-mismatch',
    says: 'a partition has none of the expected contents',
  },
  {
    pattern: /source file is bad; trying copy|copy file is in bad state|copy file doesn't match source SHA-1s/i,
    kind: 'content-mismatch',
    says: 'the file is damaged, and the copy in /cache is tried or bad too',
  },
  {
    pattern: /failed to (?:load|read) (?:cache|copy) file|failed to (?:stat|open|read) "?(\/cache\/saved\.file)/i,
    kind: 'no-copy',
    says: 'there is no copy of the file in /cache',
  },

  // Patches.
  {
    pattern: /patch did not produce expected sha1|patching did not produce/i,
    kind: 'patch-failed',
    says: 'a patch did not make the file that it should',
  },
  {
    pattern:
      /applying patch failed|failed to apply patch|unknown patch file format|unrecognized patch format|corrupt patch|bsdiff .*error|failed to (?:read|open) (?:bsdiff|imgdiff)|bzip2? (?:error|decompress)/i,
    kind: 'patch-failed',
    says: 'a patch does not apply',
  },

  // Partitions.
  {
    pattern: /mtd partition "([^"]+)" not found|no partition named "([^"]+)"|can't find partition (\S+)/i,
    kind: 'partition-failed',
    says: 'a partition is not known on the module',
  },
  {
    pattern:
      /(?:mtd|write_raw_image).*(?:can't|failed|error).*?(?:"([^"]+)")?|error opening (?:partition )?(\/dev\/\S+)|failed to (?:write|read) partition "?([^"\s]+)|bad block/i,
    kind: 'partition-failed',
    says: 'a partition cannot be read or written',
    common: true,
  },
  {
    pattern: /verification (?:read )?failed|verification failed starting at/i,
    kind: 'partition-failed',
    says: 'what was written to a partition does not read back',
    common: true,
  },

  // Mounting, files, links, permissions.
  {
    pattern:
      /unknown volume for path \[?([^\]\s]+)|(?:failed to|can't|couldn't|unable to) mount (?:\S+ at )?(\/\S*?)[:)\s.]?(?:$|[\s:(])/i,
    kind: 'mount-failed',
    says: 'a file system cannot be mounted',
    common: true,
  },
  {
    pattern: /symlink: .*?(?:failed|can't)[^/]*(\/\S+)|failed to symlink (\S+)|some symlinks failed/i,
    kind: 'link-failed',
    says: 'a link cannot be made',
  },
  {
    pattern:
      /(?:set_(?:perm|metadata)\w*|chmod|chown|lsetfilecon)\b.*?(?:of )?"?(\/[^":\s]+)"?.*(?:fail|error|:)|some changes failed/i,
    kind: 'permission-failed',
    says: 'owner or mode of a file cannot be set',
    common: true,
  },
  {
    pattern: /package_extract_\w+: no (\S+) in package|can't find (\S+) in (?:the )?package/i,
    kind: 'entry-missing',
    says: 'the script names an entry that the package does not hold',
  },
  {
    pattern:
      /package_extract_\w+: can't open (\S+) for write|failed to open output file "?([^"\s:]+)|can't (?:create|open|make) (?:target )?(?:file|dir\w*) "?([^"\s:]+)|rename of \.patch to "([^"]+)" failed|write of .*failed|short write/i,
    kind: 'write-failed',
    says: 'a file cannot be written',
    common: true,
  },
  {
    pattern: /Input\/output error|I\/O error|ECC|Read-only file system/i,
    kind: 'io-error',
    says: 'the flash or its file system refuses to be read or written',
    common: true,
  },
  {
    pattern: /failed to (?:stat|open|read) "?([^":]+)"?: /i,
    kind: 'content-mismatch',
    says: 'a file that the package starts from is not there',
    common: true,
  },

  // Worth knowing.
  {
    pattern: /"([^"]+)" is already (?:the )?target/i,
    kind: 'already-done',
    says: 'a file had been updated before: the package had been started already',
  },
  {
    pattern: /trying copy|using (?:the )?copy in (?:\/)?cache|loaded from \/cache/i,
    kind: 'cache-used',
    says: 'the copy of a file in /cache is used: an earlier run was cut off',
  },
];
