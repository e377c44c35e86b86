/** The readers of what dfota itself writes and of what it signs with, for the fuzz: patches of images, NVS, records, keys. */
import { Buffer } from 'node:buffer';
import { createHash, X509Certificate } from 'node:crypto';
import { certificatesIn } from '../../../src/audit/security/certificates.js';
import { SignatureFault } from '../../../src/device/signature/found.js';
import { checkWholeFile } from '../../../src/device/signature/whole-file.js';
import { readEncoded, writeEncoded } from '../../../src/encode/pool/result-file.js';
import { FormatError } from '../../../src/formats/format-error.js';
import { nvsChecksum } from '../../../src/formats/nvs/checksum.js';
import { readNvs } from '../../../src/formats/nvs/read.js';
import { applyDelta } from '../../../src/imagedelta/decoder/apply.js';
import { DeltaError } from '../../../src/imagedelta/decoder/fault.js';
import { readDeltaHeader } from '../../../src/imagedelta/decoder/header.js';
import { makeSegment } from '../../../src/imagedelta/decoder/segment.js';
import { encodeDelta } from '../../../src/imagedelta/encoder/encode.js';
import { readTable } from '../../../src/images/nvs/table.js';
import { memorySource } from '../../../src/model/byte-source.js';
import { InputError } from '../../../src/model/errors.js';
import { toBuildPath } from '../../../src/model/path.js';
import { readCertificate, readPublicKey } from '../../../src/signing/keys.js';
import { readJournal } from '../../../src/usecases/deliver/journal.js';
import { readRecord } from '../../../src/usecases/reproduce/read-record.js';
import { changeProgram, linkProgram, makeProgram } from '../../imagedelta/code-images.js';
import { plainPlan } from '../../imagedelta/vector-cases.js';
import { inFolder } from './file-readers.js';
import type { FuzzReader } from './reader.js';
import { kept } from './samples.js';

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const jsonWords = ['null', '{}', '[]', '-1', '1e999', '"__proto__":', '""', '"../a"', 'true', '[[[[[[[[', '\\u0000'];

const program = makeProgram('thumb', 21, 12);
const old = linkProgram(program);
const fresh = linkProgram(changeProgram(program, 22));
const { patch: delta } = encodeDelta(old, fresh, { ...plainPlan, segmentSize: 1024, product: 'EC25', counter: 5 });
const header = readDeltaHeader(delta);
const [segment] = header.segments.filter(({ same }) => !same);
if (segment === undefined) throw new Error('the sample has no segment');
const packed = delta.subarray(segment.offset, segment.offset + segment.packed);

/** The digest of the header right again, where its length is inside of the patch. */
export function mendDelta(bytes: Buffer): Buffer {
  const length = bytes.length < 12 ? 0 : bytes.readUInt32LE(8);
  if (length < 32 || length > bytes.length) return bytes;
  const digest = createHash('sha256').update(bytes.subarray(0, length - 32));
  bytes.set(digest.digest(), length - 32);
  return bytes;
}

const page = 4096;
const entry = 32;

/** The checksums of page headers and of entries right again. */
function mendNvs(bytes: Buffer): Buffer {
  for (let at = 0; at + page <= bytes.length; at += page) {
    bytes.writeUInt32LE(nvsChecksum(bytes.subarray(at + 4, at + 28)), at + 28);
    for (let each = at + 64; each < at + page; each += entry) {
      bytes.writeUInt32LE(nvsChecksum(bytes.subarray(each, each + entry), 4, 8), each + 4);
    }
  }
  return bytes;
}

const table =
  'key,type,encoding,value\nnet,namespace,,\nmode,data,u8,3\nname,data,string,"a, ""b"""\nkey,data,hex2bin,00ff\n';

const record = JSON.stringify({
  proof: { profile: 'strict', proved: true, powerCuts: { points: 3, tried: 2 } },
  format: 'dfota-package',
  version: 1,
  tool: { dfota: '1.0.0', engine: '1' },
  package: { name: 'update.zip', size: 10, sha256 },
  source: { name: { archive: 'builds', version: 'R1' }, sha256 },
  target: { name: 'v2.zip', sha256 },
  lists: { folder: null, files: [{ name: 'quectel_chmod_filelist.txt', sha256 }] },
  options: {
    modes: 'build',
    companion: null,
    parts: 'a',
    bootUpdate: 'resumable',
    dialect: 'assert',
    chmod: 'merged',
    permissions: null,
    moves: true,
    copies: true,
    crossBases: true,
    basesPerFile: 4,
    allow: ['modes-lost'],
    effort: 'fast',
  },
});

const encoded = writeEncoded({
  chosen: {
    kind: 'whole',
    packed: { method: 'stored', crc32: 0, size: 5, bytes: Buffer.from('bytes') },
  },
  trials: [],
});

const certificate = (): Buffer => kept('certificate.pem');
const der = (): Buffer => new X509Certificate(certificate()).raw;
const derWords = [
  '\x30\x82',
  '\x30\x80',
  '\x02\x01',
  '\x06\x09',
  '\xa0\x03',
  '\x31\x00',
  '\x84\xff\xff\xff\xff',
  '\x05\0',
];
const signedKey = new X509Certificate(certificate());

/** Readers by name. */
export const ownReaders = {
  'image-delta': {
    read: (bytes) => applyDelta(old, bytes),
    throws: [DeltaError],
    samples: () => [delta],
    mend: mendDelta,
  },
  /** The code that a segment is packed with, behind all checksums. */
  'image-delta-segment': {
    read: (bytes) => makeSegment(header, segment, bytes, old, new Uint8Array(header.newSize)),
    throws: [DeltaError],
    samples: () => [packed],
  },
  nvs: {
    read: (bytes) => readNvs(bytes),
    throws: [FormatError],
    samples: () => [kept('values.nvs')],
    words: ['\x21', '\x42', '\x48', '\xff\xff\xff\xff', '\xaa', '\0\0\0\0'],
    mend: mendNvs,
  },
  'nvs-table': {
    read: (bytes) => readTable('input', bytes),
    throws: [InputError],
    samples: () => [Buffer.from(table)],
    words: [',', '"', '""', '\n', '\r\n', 'namespace', 'data', 'file', 'u8', 'blob_fill(', 'base64', '\xef\xbb\xbf'],
  },
  record: {
    read: (bytes) => inFolder(bytes, [], (_folder, file) => readRecord(file)),
    throws: [InputError],
    samples: () => [Buffer.from(record)],
    words: jsonWords,
  },
  journal: {
    read: (bytes) => inFolder(bytes, [], (_folder, file) => readJournal(file, sha256)),
    throws: [InputError],
    samples: () => [Buffer.from(JSON.stringify({ package: sha256, phase: 'uploaded', versionBefore: 'R1' }))],
    words: [...jsonWords, '"triggered"', '"phase":'],
  },
  /** A result of the patch cache: damage that its digest would tell is not even read, so nothing may be thrown. */
  'cached-patch': {
    read: (bytes) => readEncoded(new Uint8Array(bytes)),
    throws: [],
    samples: () => [encoded],
    words: jsonWords,
  },
  certificate: {
    read: (bytes) => certificatesIn(toBuildPath('SYSTEM/etc/a.pem'), bytes),
    throws: [],
    samples: () => [certificate(), der(), Buffer.concat([certificate(), certificate()])],
    words: [...derWords, '-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'],
  },
  pem: {
    read: (bytes) =>
      inFolder(bytes, [], async (_folder, file) => {
        await readCertificate(file, new Date('2030-01-01'));
        await readPublicKey(file).catch((error: unknown) => {
          if (!(error instanceof InputError)) throw error;
        });
      }),
    throws: [InputError],
    samples: () => [certificate()],
    words: [
      '-----BEGIN PUBLIC KEY-----',
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      'PRIVATE KEY-----',
    ],
  },
  /** PKCS#7 in the comment of a zip. */
  'whole-file-signature': {
    read: (bytes) => checkWholeFile(memorySource('input', bytes), signedKey.publicKey, undefined),
    throws: [SignatureFault],
    samples: () => [kept('signed.zip')],
    words: [...derWords, 'PK\x05\x06', '\xff\xff'],
  },
} as const satisfies Readonly<Record<string, FuzzReader>>;
