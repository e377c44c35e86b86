/** The files of a root file system that are tables: which column names the row, and which one is a secret. */

export interface TableFormat {
  readonly title: string;
  readonly separator: ':' | 'blank';
  readonly columns: readonly string[];
  /** Index of the column that identifies a row. */
  readonly key: number;
  readonly secret?: number | undefined;
}

const passwd: TableFormat = {
  title: 'user accounts',
  separator: ':',
  columns: ['user', 'password', 'uid', 'gid', 'comment', 'home', 'shell'],
  key: 0,
  secret: 1,
};

const formats: readonly { readonly name: RegExp; readonly format: TableFormat }[] = [
  { name: /(^|\/)etc\/passwd-?$/, format: passwd },
  {
    name: /(^|\/)etc\/g?shadow-?$/,
    format: {
      title: 'passwords',
      separator: ':',
      columns: ['user', 'password', 'last change', 'minimum', 'maximum', 'warning', 'inactive', 'expires'],
      key: 0,
      secret: 1,
    },
  },
  {
    name: /(^|\/)etc\/group-?$/,
    format: { title: 'groups', separator: ':', columns: ['group', 'password', 'gid', 'members'], key: 0, secret: 1 },
  },
  {
    name: /(^|\/)etc\/inittab$/,
    format: { title: 'inittab', separator: ':', columns: ['id', 'run levels', 'action', 'process'], key: 0 },
  },
  {
    name: /(^|\/)(fstab|recovery\.fstab|mtab)$/,
    format: {
      title: 'mounts',
      separator: 'blank',
      columns: ['device', 'mount point', 'type', 'options', 'dump', 'pass'],
      key: 1,
    },
  },
];

/** The table format of a file, by its name. */
export function tableFormat(name: string): TableFormat | undefined {
  return formats.find((each) => each.name.test(name))?.format;
}

/** A row's columns. The last column takes what is left, so a process with colons stays whole. */
export function splitRow(line: string, format: TableFormat): readonly string[] {
  if (format.separator === 'blank') return line.trim().split(/\s+/);
  const parts = line.split(':');
  const count = format.columns.length;
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(':')];
}
