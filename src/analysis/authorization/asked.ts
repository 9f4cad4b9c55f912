import type {Json} from '../../model/envoy/schema.js'

/**
 * What a policy can ask about a request as the proxy of the server sees it. Undefined is not known; an identity, claims or a
 * host of null are known to be absent.
 */
export interface AskedRequest {
  /** A connection whose proxy does not read HTTP. */
  readonly tcp: boolean
  /** The SPIFFE URI of the client's certificate. */
  readonly identity: string | null | undefined
  /** The peer of the connection. */
  readonly directIp: string | undefined
  /** The client after X-Forwarded-For and the trusted hops before the proxy. */
  readonly remoteIp: string | undefined
  readonly destinationIp: string | undefined
  /** The port the application listens on. */
  readonly port: number | undefined
  readonly sni: string | undefined
  readonly host: string | null | undefined
  readonly method: string | undefined
  /** The normalised path, without query and fragment. */
  readonly path: string | undefined
  /** Headers by name in lower case, with every value; undefined when they are not known. */
  readonly headers: readonly (readonly [string, string])[] | undefined
  /** The payload of the token that was accepted. */
  readonly claims: {readonly [name: string]: Json} | null | undefined
  /** Metadata other filters leave, by filter and key. */
  readonly filterMetadata?: (filter: string, key: string) => Json | undefined
}
