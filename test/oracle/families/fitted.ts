/**
 * What a fit is compared as: where its log-likelihood, found again by the function that is tested tightly, is above the expected one, it is
 * right whatever its parameters.
 * @param found of the fitted parameters
 */
export function fitted(
  expected: Readonly<Record<string, unknown>>,
  fit: { readonly logLikelihood: number },
  found: number,
): unknown {
  if (!(Math.abs(found - fit.logLikelihood) <= 1e-6 * (1 + Math.abs(found)))) {
    throw new Error(`the fit says its log-likelihood is ${fit.logLikelihood}; it is ${found}`);
  }
  return found > (expected.logLikelihood as number) ? expected : fit;
}
