import type { NumberStyle } from './frames.js';

/** Sizes are texts for those who asked for it in the handshake or in the request. */
export function styleOf(source: { header(name: string): string | undefined }): NumberStyle {
  return { sizesAsText: source.header('x-gate-size-decimal') === '1' };
}
