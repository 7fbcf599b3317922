const checksOff = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * What the environment asks of TLS and does not get: whoever sets a variable of this PC must not be able to read the
 * device key on its way. To be logged, for somebody believes that it helps.
 */
export const refusedOfEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): { readonly setting: string; readonly text: string } | null =>
  environment[checksOff] === '0'
    ? {
        setting: checksOff,
        text: `${checksOff}=0 is ignored: certificates are always checked. Name the site’s certificate authority in cloud.tls.caFile, or the server’s certificate in cloud.tls.pinnedSha256, and remove the variable.`,
      }
    : null;

/** Left there, it would have Node warn on every start that connections are insecure, which they are not. */
export function withdrawFromEnvironment(environment: Record<string, string | undefined>): void {
  if (refusedOfEnvironment(environment) !== null) delete environment[checksOff];
}
