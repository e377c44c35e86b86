/** How a download by the module ends: the numbers behind HTTPEND and FTPEND. */
import type { Explanation } from '../model/explanation.js';

type Meaning = Omit<Explanation, 'subject'>;

const notStarted = 'the update was not started, and the module still runs the old firmware';

const causes: readonly string[] = [
  'the address is wrong, or nothing answers there: host, port, path, user and password',
  'the module has no data connection, or it was lost on the way',
  'the server closed the connection, or the certificate of https was refused',
];

const look: readonly string[] = [
  'AT+CEREG?, AT+CGPADDR and a ping from the module (AT+QPING) before the download',
  'fetch the same address from another machine on the same network: curl -fO ADDRESS',
  'the log of the server: whether the module asked at all, and how many bytes it took',
  'AT+QFOTADL again; or bring the package to the module first and give AT+QFOTADL its path there',
];

const known: Readonly<Record<string, string>> = {
  '601': 'the download by FTP failed with an error that the module does not tell more of',
  '602': 'the download by FTP failed: the server refused or could not be reached',
  '701': 'the download by HTTP(S) failed with an error that the module does not tell more of',
  '702': 'the download by HTTP(S) failed: it took too long',
};

/** The codes that guides list for downloads. */
export const downloadCodes: readonly string[] = Object.keys(known);

/** What the end of a download says. Any number but 0 is a failure; guides list 601, 602, 701 and 702. */
export function downloadEnd(number: string, protocol: 'HTTP' | 'FTP' | undefined): Meaning {
  if (Number(number) === 0) {
    return {
      meaning: 'the package was downloaded; the module checks it now',
      causes: [],
      look: ['+QIND: "FOTA","START" follows, or "END" with a code: dfota explain <number>'],
    };
  }
  const way = protocol === 'HTTP' ? ' by HTTP(S)' : protocol === 'FTP' ? ' by FTP' : '';
  const says = Object.hasOwn(known, number)
    ? known[number]
    : `the download${way} failed; the guides of this family do not list ${number}`;
  return { meaning: `${says}: ${notStarted}`, causes, look };
}
