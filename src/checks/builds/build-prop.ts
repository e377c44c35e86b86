import { sdx6x } from '../../model/layout.js';
import { type BuildCheck, isTouched } from './facts.js';

const path = sdx6x.buildProp;

/** build.prop is patched last and so marks a finished update: without it nothing does. */
export const checkBuildProp: BuildCheck = (facts) => {
  if (facts.target.entries.get(path)?.kind === 'file') return [];
  const lost = facts.source.entries.has(path) && isTouched(facts, path);
  return [
    {
      severity: lost ? 'warning' : 'information',
      code: 'build-prop-missing',
      place: { file: facts.target.origin, entry: path },
      message: lost
        ? 'the target has no build.prop, the source has one: it will be deleted'
        : 'the target has no build.prop',
      expected: 'a file that each build rewrites: it is updated last and marks a finished update',
      remedy: lost ? 'check how the target was put together' : 'nothing, if your builds never had one',
    },
  ];
};
