/** Kinds of files, in words: what something is by its bytes, whatever its name says. */
/** What a file is by its bytes. */
export type FileKind = keyof typeof words;

/** Each kind in words, with its article. */
const words = {
  empty: 'an empty file',
  zeros: 'nothing but zero bytes',
  erased: 'nothing but 0xff bytes, as erased flash',
  boot: 'an Android boot image',
  zip: 'a zip',
  gzip: 'a gzip file (tar.gz, perhaps)',
  xz: 'an xz file (tar.xz, perhaps)',
  bzip2: 'a bzip2 file (tar.bz2, perhaps)',
  zstd: 'a zstd file (tar.zst, perhaps)',
  lz4: 'an lz4 file',
  tar: 'a tar archive',
  cpio: 'a cpio archive',
  rar: 'a RAR archive',
  '7z': 'a 7z archive',
  squashfs: 'a squashfs image',
  ext4: 'an ext2, ext3 or ext4 image',
  sparse: 'an Android sparse image',
  ubi: 'an UBI image',
  ubifs: 'an UBIFS image',
  jffs2: 'a JFFS2 image',
  erofs: 'an EROFS image',
  fat: 'a FAT image',
  fit: 'a device tree or a FIT image',
  uimage: 'an image of U-Boot',
  elf: 'an ELF file',
  windows: 'a program for Windows',
  macho: 'a program for macOS',
  script: 'a script',
  'lfs-pointer': 'a pointer of Git LFS, not the file that it stands for',
  html: 'an HTML page (an error of a server or a proxy, perhaps)',
  xml: 'an XML document',
  json: 'a JSON document',
  pdf: 'a PDF',
  picture: 'a picture',
  text: 'a text',
  unknown: 'a file of an unknown kind',
} as const;

/** The kind for people: `a Git LFS pointer`. */
export function kindInWords(kind: FileKind): string {
  return words[kind];
}
