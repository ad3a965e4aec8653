/** Root of the project, seen from build/src as well as from src, where tests run. */
const isSource = import.meta.url.endsWith('.ts');
const ROOT = new URL(isSource ? '../../../' : '../../../../', import.meta.url).href;

/**
 * Where the compiled form of a module lies, for threads, which cannot load TypeScript.
 * @param from `import.meta.url` of the caller
 * @param file the module, relative to the caller, ending in .js
 */
export function workerModule(from: string, file: string): string {
  const { href } = new URL(file, from);
  return isSource ? href.replace(ROOT, `${ROOT}build/`) : href;
}
