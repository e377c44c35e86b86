import type { Build } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, displayName, isWithin, toBuildPath } from '../../model/path.js';
import { count, isTouched } from '../builds/facts.js';
import type { Guard } from './facts.js';

const litterName =
  /^(?:\.DS_Store|\._.*|__MACOSX|\.Spotlight-V100|\.Trashes|\.fseventsd|\.AppleDouble|Thumbs\.db|ehthumbs\.db|desktop\.ini|.*~|\.?#.*#|\.#.*|.*\.sw[a-p]|\.git|\.gitignore|\.gitattributes|\.gitmodules|\.svn|\.hg|\.idea|\.vscode|\.directory|\.nfs[0-9a-f]{8,}|.*\.(?:orig|rej|bak|tmp)|\.~lock\..*)$/i;

/** The first part of a path that is litter, as a path; `undefined` where none is. */
function litterOf(path: BuildPath): BuildPath | undefined {
  for (let cut = path.indexOf('/'), from = 0; ; from = cut + 1, cut = path.indexOf('/', from)) {
    const end = cut < 0 ? path.length : cut;
    if (litterName.test(path.slice(from, end))) return toBuildPath(path.slice(0, end));
    if (cut < 0) return undefined;
  }
}

function litterIn(build: Build): ReadonlySet<BuildPath> {
  const found = new Set<BuildPath>();
  for (const path of build.entries.keys()) {
    const litter = litterOf(path);
    if (litter !== undefined) found.add(litter);
  }
  return found;
}

/** What editors, file managers and version control leave behind, new in the target: it would go to every module. */
export const guardLitter: Guard = (facts) => {
  const known = litterIn(facts.source);
  const found = [...litterIn(facts.target)].filter(
    (path) => !known.has(path) && (isTouched(facts, path) || !isWithin(path, sdx6x.system)),
  );
  if (found.length === 0) return [];
  const shown = found.slice(0, 12).map(displayName).join(', ');
  return [
    {
      severity: 'warning',
      code: 'litter',
      place: { file: facts.target.origin },
      message: `${count(found.length, 'file or folder', 'files and folders')} of editors, file managers or version control ${found.length === 1 ? 'is' : 'are'} part of the target`,
      found: found.length > 12 ? `${shown} and ${found.length - 12} more` : shown,
      remedy: 'delete them from the target, and zip it again',
    },
  ];
};
