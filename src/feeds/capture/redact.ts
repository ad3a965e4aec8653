/** Query parameters that open something private. */
const SECRETS = /([?&](?:listenKey|token|signature|api_?key|apiKey|passphrase|auth)=)[^&#]*/gi;

/** A URL whose secrets are taken out, fit to be written down. */
export function redactUrl(url: string): string {
  return url.replace(SECRETS, '$1redacted');
}

/** What a capture calls a connection: the WebSocket's URL without its query. */
export function connectionName(url: string): string {
  return url.replace(/[?#].*$/, '');
}
