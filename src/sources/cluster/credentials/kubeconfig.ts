import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {flagOf, type JsonObject, listOf, objectOf, textOf} from '../../../formats/decode.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {UserError} from '../../../model/evidence/user-error.js'
import {isLoopbackHost, proxyFor} from '../pods/proxy.js'
import {type Credentials, credentialReader} from './credentials.js'
import {dataOrFile} from './data-or-file.js'
import type {Impersonation} from './impersonation.js'
import {type Environment, kubeconfigPaths, type MergedKubeconfig, readKubeconfig} from './kubeconfig-files.js'
import type {ClusterSettings} from './settings.js'

/** Everything needed to talk to one API server as one user. */
export interface ClusterAccess {
  readonly contextName: string
  readonly server: URL
  readonly namespace: string
  readonly tls: TlsSettings
  readonly proxyUrl: string | undefined
  /** Request compressed lists: off for local servers and if the kubeconfig disables it. */
  readonly gzip: boolean
  /** Headers and client certificate, fetched once, and again only at expiry or after a 401. */
  credentials(refused?: boolean): Promise<Credentials>
}

export interface TlsSettings {
  readonly ca: Buffer | undefined
  readonly servername: string | undefined
  readonly rejectUnauthorized: boolean
}

export interface AccessOptions {
  readonly settings: Pick<ClusterSettings, 'kubeconfig' | 'context'> & Impersonation
  readonly env: Environment
  readonly interactive: () => boolean
  /** Where the service account of a pod is mounted; `/` outside tests. */
  readonly rootFolder?: string
}

/** Where a pod finds its service account (kubernetes.io, projected token volumes). */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
/** Locations of the system's trusted root certificates; Node has its own list, Go programs use these. */
const SYSTEM_ROOTS = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']

/** A selected context: its cluster and user as in the kubeconfig. */
interface Chosen {
  readonly contextName: string
  readonly clusterName: string
  readonly cluster: JsonObject
  readonly user: JsonObject
  readonly namespace: string | undefined
}

/** Resolves the kubeconfig (or the service account of the pod meshctl runs in) to a server, its TLS settings and credentials. */
export async function clusterAccess(options: AccessOptions): Promise<ClusterAccess> {
  const merged = await readKubeconfig(options.settings.kubeconfig, options.env)
  const chosen = merged === undefined ? await fromServiceAccount(options) : choose(merged, options.settings.context)
  const {cluster, user, clusterName} = chosen
  const server = serverUrl(cluster, clusterName)
  const tls = await tlsSettings(cluster, clusterName)
  const secure = server.protocol === 'https:' || isLoopbackHost(server.hostname.replace(/^\[|\]$/g, ''))
  const {settings, env, interactive} = options
  const read = credentialReader({user, pluginCluster: pluginCluster(cluster), settings, env, interactive})
  return {
    contextName: chosen.contextName,
    server,
    namespace: chosen.namespace || 'default',
    tls,
    proxyUrl: proxyFor(server, textOf(cluster, 'proxy-url'), env),
    gzip: flagOf(cluster, 'disable-compression') !== true && !isNear(server.hostname),
    // Credentials are never sent unencrypted: client-go drops them on http as well (clientcmd/client_config.go).
    credentials: async refused => (secure ? read(refused) : {headers: {}}),
  }
}

function choose(merged: MergedKubeconfig, wanted: string | undefined): Chosen {
  const names = [...merged.contexts.keys()]
  const contextName = wanted ?? merged.currentContext
  const where = merged.files.join(', ')
  if (contextName === undefined) {
    throw new UserError(`${where} sets no current context`, {
      hint: contextHint(names),
      next: 'specify one with --context',
    })
  }
  const context = merged.contexts.get(contextName)
  if (context === undefined)
    throw new UserError(`context ${contextName} not found in ${where}`, {hint: contextHint(names)})
  const clusterName = textOf(context, 'cluster') ?? ''
  const cluster = merged.clusters.get(clusterName)
  if (cluster === undefined)
    throw new UserError(`context ${contextName} refers to cluster ${clusterName}, which is not in ${where}`)
  const user = merged.users.get(textOf(context, 'user') ?? '') ?? {}
  return {contextName, clusterName, cluster, user, namespace: textOf(context, 'namespace')}
}

function contextHint(names: readonly string[]): string {
  return names.length === 0 ? 'It has no contexts.' : `Contexts: ${names.slice(0, 20).join(', ')}.`
}

async function fromServiceAccount(options: AccessOptions): Promise<Chosen> {
  const root = options.rootFolder ?? ''
  if (options.env.KUBERNETES_SERVICE_HOST === undefined || !existsSync(`${root}${SERVICE_ACCOUNT}/token`)) {
    const looked = kubeconfigPaths(undefined, options.env).join(', ')
    throw new UserError('no kubeconfig found, and not running inside a cluster', {
      hint: `Looked for ${looked || '~/.kube/config'}. No cluster? Use --from with a bundle, a file, or "sample".`,
      next: 'meshctl check deploy/reviews-v1 --from sample',
      lacking: '--from sample',
    })
  }
  // Loaded only here: the API client library takes as long to load as the rest of a command takes to run.
  const {inCluster} = await import('./in-cluster.js')
  const {contextName, clusterName, server, caFile, tokenFile, namespace} = inCluster(root)
  // The token is read by the credential reader, which trims it and rereads it every minute.
  return {contextName, clusterName, cluster: {server, 'certificate-authority': caFile}, user: {tokenFile}, namespace}
}

function serverUrl(cluster: JsonObject, name: string): URL {
  const text = textOf(cluster, 'server') ?? ''
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UserError(`cluster ${name} has no http or https server URL: ${JSON.stringify(text)}`)
  }
  return new URL(text)
}

/** Data wins over the file, as in client-go; both apply whether or not the context names a user. */
async function tlsSettings(cluster: JsonObject, name: string): Promise<TlsSettings> {
  const data = textOf(cluster, 'certificate-authority-data')
  const ca = await dataOrFile(
    data,
    textOf(cluster, 'certificate-authority'),
    `the certificate authority of cluster ${name}`,
  )
  const insecure = flagOf(cluster, 'insecure-skip-tls-verify') === true
  if (insecure && ca !== undefined) {
    throw new UserError(`cluster ${name} sets both a certificate authority and insecure-skip-tls-verify`, {
      hint: 'kubectl rejects that too; remove one of them.',
    })
  }
  const servername = textOf(cluster, 'tls-server-name') || undefined
  return {ca: ca ?? (await systemRoots()), servername, rejectUnauthorized: !insecure}
}

async function systemRoots(): Promise<Buffer | undefined> {
  const found = SYSTEM_ROOTS.find(path => existsSync(path))
  return found === undefined ? undefined : await readFile(found)
}

/** The cluster information passed to a credential plugin (client.authentication.k8s.io/v1 Cluster): these fields of the kubeconfig. */
const FIELDS_FOR_PLUGINS = [
  'server',
  'certificate-authority-data',
  'tls-server-name',
  'insecure-skip-tls-verify',
  'proxy-url',
  'disable-compression',
]

function pluginCluster(cluster: JsonObject): JsonObject {
  const forPlugin = Object.entries(cluster).filter(
    ([name, value]) => FIELDS_FOR_PLUGINS.includes(name) && value !== false,
  )
  const extensions = listOf(cluster, 'extensions')
  const own = extensions.find(one => textOf(one, 'name') === 'client.authentication.k8s.io/exec')
  const config = objectOf(own, 'extension')
  return {...Object.fromEntries(forPlugin), ...definedFields({config})}
}

/** Loopback and private networks, where compression costs more than it saves. */
function isNear(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isLoopbackHost(host) || /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host)
}
