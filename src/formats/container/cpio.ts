import { Buffer } from 'node:buffer';
import { sha1Of } from '../../model/digest.js';
import { mostMembers } from '../../model/limits/formats.js';
import { startsWith, textOf, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import type { ContainerMember } from './member.js';
import { showMode } from './mode.js';

/** Whether this is a cpio archive in the form that kernels read: newc, with or without checksums. */
export function isCpio(bytes: Uint8Array): boolean {
  return startsWith(bytes, '070701') || startsWith(bytes, '070702');
}

/** The members of a newc archive up to its trailer, hard links with the content of their last name. */
export function readCpio(bytes: Uint8Array): readonly ContainerMember[] {
  const view = viewOf(bytes, true);
  const members: ContainerMember[] = [];
  for (let at = 0; ; ) {
    if (!isCpio(bytes.subarray(at, at + 6))) throw new FormatError(`no cpio header at ${at}`);
    const field = (index: number): number => hexField(view.slice(at + 6 + index * 8, 8), at);
    const mode = field(1);
    const size = field(6);
    const nameSize = field(11);
    const name = textOf(view.slice(at + 110, Math.max(0, nameSize - 1)));
    const start = align(at + 110 + nameSize);
    if (name === 'TRAILER!!!') return members;
    if (members.length >= mostMembers) throw new FormatError(`more than ${mostMembers} members`);
    const content = view.slice(start, size);
    const isLink = (mode & 0o170000) === 0o120000;
    const device = isDevice(mode) ? ` device ${field(9)}:${field(10)}` : '';
    const attributes = `${showMode(mode)} ${field(2)}:${field(3)}${device}${isLink ? ` -> ${textOf(content)}` : ''}`;
    members.push({ name, size, identity: `${size} ${sha1Of(content)}`, attributes, read: () => content });
    at = align(start + size);
  }
}

function isDevice(mode: number): boolean {
  const type = mode & 0o170000;
  return type === 0o060000 || type === 0o020000;
}

function hexField(digits: Uint8Array, at: number): number {
  const text = Buffer.from(digits).toString('latin1');
  if (!/^[0-9a-fA-F]{8}$/.test(text)) throw new FormatError(`a cpio header at ${at} holds no hex number`);
  return Number.parseInt(text, 16);
}

function align(at: number): number {
  return Math.ceil(at / 4) * 4;
}
