import {type JsonObject, objectOf, textOf} from '../../../formats/decode.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {LIMITS} from '../../limits.js'
import {dataOrFile} from './data-or-file.js'
import type {PluginCredential, PluginRun} from './exec-plugin.js'
import {type Impersonation, impersonationHeaders} from './impersonation.js'
import type {Environment} from './kubeconfig-files.js'

/** The credentials of one call. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly certificate?: Buffer | string
  readonly key?: Buffer | string
}

export interface CredentialOptions {
  /** The user as the kubeconfig writes it, with paths made absolute. */
  readonly user: JsonObject
  readonly pluginCluster: JsonObject
  readonly settings: Impersonation
  readonly env: Environment
  readonly interactive: () => boolean
  readonly now?: () => number
}

/** A function that gives the credentials of one user: static ones once, files every minute, plugins at expiry or after a 401. */
export function credentialReader(options: CredentialOptions): (refused?: boolean) => Promise<Credentials> {
  const now = options.now ?? Date.now
  let plugins: Promise<(run: PluginRun, refused?: boolean) => Promise<PluginCredential>> | undefined
  const {user} = options
  const impersonation = impersonationHeaders(user, options.settings)
  let tokenFile: {readonly token: string; readonly atMs: number} | undefined
  let certificate: Promise<Pick<Credentials, 'certificate' | 'key'>> | undefined

  async function fromFile(path: string, refused: boolean): Promise<string> {
    if (tokenFile === undefined || refused || now() - tokenFile.atMs >= LIMITS.tokenFileMs) {
      const text = await dataOrFile(undefined, path, 'the token file')
      tokenFile = {token: (text ?? '').toString().trim(), atMs: now()}
    }
    return tokenFile.token
  }

  async function clientCertificate(): Promise<Pick<Credentials, 'certificate' | 'key'>> {
    const cert = await dataOrFile(
      textOf(user, 'client-certificate-data'),
      textOf(user, 'client-certificate'),
      'the client certificate',
    )
    const key = await dataOrFile(
      textOf(user, 'client-key-data'),
      textOf(user, 'client-key'),
      'the key of the client certificate',
    )
    return cert === undefined || key === undefined ? {} : {certificate: cert, key}
  }

  return async (refused = false) => {
    certificate ??= clientCertificate()
    const own = await certificate
    const bearer = (token: string): Credentials => ({
      ...own,
      headers: {...impersonation, Authorization: `Bearer ${token}`},
    })
    const path = textOf(user, 'tokenFile')
    const exec = objectOf(user, 'exec')
    const token = textOf(user, 'token')
    const username = textOf(user, 'username')
    if (path !== undefined && path !== '') return bearer(await fromFile(path, refused))
    if (token !== undefined && token !== '') return bearer(token.trim())
    if (exec !== undefined) {
      plugins ??= import('./exec-plugin.js').then(({pluginCache}) => pluginCache(now))
      const ask = await plugins
      const given = await ask(
        {exec, cluster: options.pluginCluster, env: options.env, interactive: options.interactive},
        refused,
      )
      const pair =
        given.certificate === undefined || given.key === undefined
          ? own
          : {certificate: given.certificate, key: given.key}
      return {
        ...pair,
        headers: {
          ...impersonation,
          ...definedFields({Authorization: given.token === undefined ? undefined : `Bearer ${given.token}`}),
        },
      }
    }
    if (objectOf(user, 'auth-provider') !== undefined) return bearer(providerToken(user, now()))
    if (username !== undefined && username !== '') {
      const basic = Buffer.from(`${username}:${textOf(user, 'password') ?? ''}`).toString('base64')
      return {...own, headers: {...impersonation, Authorization: `Basic ${basic}`}}
    }
    return {...own, headers: impersonation}
  }
}

/**
 * The token in an auth-provider section while it is valid. It is never refreshed here: a rotated refresh token would have to
 * be written back to the kubeconfig, or the next kubectl call fails; kubectl does that itself.
 */
function providerToken(rawUser: JsonObject, nowMs: number): string {
  const provider = objectOf(rawUser, 'auth-provider')
  const name = textOf(provider, 'name') ?? ''
  const token = textOf(provider, 'config', 'id-token') ?? textOf(provider, 'config', 'access-token')
  if (token === undefined) {
    throw new UserError(`the kubeconfig's auth-provider ${name} has no token`, {
      hint: 'Use a credential plugin (user.exec) instead.',
    })
  }
  const ends = expiryOf(token)
  if (ends !== undefined && ends <= nowMs) {
    throw new UserError(`the ${name} token in the kubeconfig expired at ${new Date(ends).toISOString()}`, {
      hint: 'Run any kubectl command to renew it.',
      next: 'kubectl version',
    })
  }
  return token
}

/** The `exp` claim of a JWT, in milliseconds (RFC 7519, 4.1.4); undefined when the token is opaque. */
function expiryOf(token: string): number | undefined {
  const [, payload] = token.split('.')
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8'))
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
