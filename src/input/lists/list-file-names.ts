import type { ListName } from '../../model/list-rules.js';

/** The names of the list files, as the original has them. A project list may lie beside them and is not read. */
export const listFileNames: Readonly<Record<ListName, string>> = {
  noota: 'quectel_noota_filelist.txt',
  fullota: 'quectel_fullota_filelist.txt',
  chmod: 'quectel_chmod_filelist.txt',
  multifota: 'quectel_multifota_filelist.txt',
};
