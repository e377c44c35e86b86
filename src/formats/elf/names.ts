/** Words for the numbers of an ELF header. */

const machines: ReadonlyMap<number, string> = new Map([
  [3, 'Intel 80386'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, 'PowerPC64'],
  [22, 'S/390'],
  [40, 'ARM'],
  [62, 'x86-64'],
  [164, 'Qualcomm Hexagon'],
  [183, 'AArch64'],
  [243, 'RISC-V'],
  [247, 'BPF'],
  [258, 'LoongArch'],
]);

const types: ReadonlyMap<number, string> = new Map([
  [0, 'no type'],
  [1, 'relocatable'],
  [2, 'executable'],
  [3, 'shared object'],
  [4, 'core'],
]);

const segmentTypes: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'LOAD'],
  [2, 'DYNAMIC'],
  [3, 'INTERP'],
  [4, 'NOTE'],
  [6, 'PHDR'],
  [7, 'TLS'],
]);

/** `AArch64`, or the number. */
export function machineName(machine: number): string {
  return machines.get(machine) ?? `machine ${machine}`;
}

/** `executable`, or the number. */
export function typeName(type: number): string {
  return types.get(type) ?? `type ${type}`;
}

/** `LOAD`, or the number in hex. */
export function segmentTypeName(type: number): string {
  return segmentTypes.get(type) ?? `0x${type.toString(16)}`;
}
