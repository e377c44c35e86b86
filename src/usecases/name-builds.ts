/** Patterns of builds, made into the names of what they stand for before anything else is done. */
import { buildsByVersion, newestBuild } from '../input/build-patterns.js';
import type { BuildName } from './open-inputs.js';

/** The same request, with each of its builds named by its own path. Throws InputError where a pattern stands for none, or for no single newest one. */
export async function withNamedBuilds<
  Request extends { readonly source: string; readonly target?: string | undefined },
>(request: Request): Promise<Request> {
  const { target } = request;
  const source = await newestBuild(request.source);
  return { ...request, source, target: target === undefined ? undefined : await newestBuild(target) };
}

/** A build by its own name. */
export async function namedBuild(name: string): Promise<string>;
/** A build by its own name; a build of an archive as it is. */
export async function namedBuild(name: BuildName): Promise<BuildName>;
export async function namedBuild(name: BuildName): Promise<BuildName> {
  return typeof name === 'string' ? newestBuild(name) : name;
}

/** The builds that several names stand for, each once. */
export async function allBuilds(names: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const name of names) for (const build of await buildsByVersion(name)) found.add(build);
  return [...found];
}
