import {existsSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {type Cluster, KubeConfig} from '@kubernetes/client-node'
import {flagOf, type JsonObject, listOf, objectOf, textOf} from '../../formats/decode.js'
import {UserError} from '../../model/user-error.js'
import {type Credentials, credentialReader} from './credentials.js'
import {dataOrFile} from './data-or-file.js'
import type {Impersonation} from './impersonation.js'
import {type Environment, type MergedKubeconfig, readKubeconfig} from './kubeconfig-files.js'
import {isLoopback, proxyFor} from './proxy.js'
import type {ClusterSettings} from './settings.js'

/** Everything needed to talk to one API server as one user. */
export interface ClusterAccess {
  readonly contextName: string
  readonly server: URL
  readonly namespace: string
  readonly tls: TlsSettings
  readonly proxyUrl: string | undefined
  /** Ask for compressed lists: off for near servers and where the kubeconfig says so. */
  readonly gzip: boolean
  /** Headers and client certificate, fetched once and again only at expiry or when the server refused the last ones. */
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
  readonly interactive: boolean
  /** Where the service account of a pod is mounted; `/` outside tests. */
  readonly rootFolder?: string
}

/** The API client's own name for the single context it makes inside a pod. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount/token'
/** Where systems keep the roots they trust; Node has its own list, Go programs use these. */
const SYSTEM_ROOTS = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']

interface Chosen {
  readonly config: KubeConfig
  readonly rawUser: JsonObject
  readonly rawCluster: JsonObject
  readonly namespace: string | undefined
}

/** Resolves the kubeconfig (or the service account of the pod we run in) to a server, its TLS settings and credentials. */
export async function clusterAccess(options: AccessOptions): Promise<ClusterAccess> {
  const merged = await readKubeconfig(options.settings.kubeconfig, options.env)
  const chosen = merged === undefined ? inCluster(options) : choose(merged, options.settings.context)
  const {config, rawUser, rawCluster} = chosen
  const cluster = config.getCurrentCluster()
  if (cluster === null)
    throw new UserError(`the kubeconfig context ${config.getCurrentContext()} names no known cluster`)
  const server = serverUrl(cluster)
  const tls = await tlsSettings(cluster)
  const secure = server.protocol === 'https:' || isLoopback(server.hostname.replace(/^\[|\]$/g, ''))
  const read = credentialReader({
    config,
    rawUser,
    pluginCluster: pluginCluster(cluster, rawCluster),
    settings: options.settings,
    env: options.env,
    interactive: options.interactive,
  })
  return {
    contextName: config.getCurrentContext(),
    server,
    namespace: chosen.namespace || 'default',
    tls,
    proxyUrl: proxyFor(server, cluster.proxyUrl ?? undefined, options.env),
    gzip: rawCluster['disable-compression'] !== true && !isNear(server.hostname),
    // Credentials never travel in the clear: client-go drops them on http as well (clientcmd/client_config.go).
    credentials: async refused => (secure ? read(refused) : {headers: {}}),
  }
}

function choose(merged: MergedKubeconfig, wanted: string | undefined): Chosen {
  const names = [...merged.contexts.keys()]
  const name = wanted ?? merged.currentContext
  const where = merged.files.join(', ')
  if (name === undefined) {
    throw new UserError(`${where} sets no current context`, {hint: contextHint(names), next: 'name one with --context'})
  }
  const context = merged.contexts.get(name)
  if (context === undefined) throw new UserError(`there is no context ${name} in ${where}`, {hint: contextHint(names)})
  const clusterName = textOf(context, 'cluster') ?? ''
  const rawCluster = merged.clusters.get(clusterName)
  if (rawCluster === undefined)
    throw new UserError(`context ${name} names the cluster ${clusterName}, which ${where} does not define`)
  const userName = textOf(context, 'user') ?? ''
  const rawUser = merged.users.get(userName) ?? {}
  const config = new KubeConfig()
  const document = {
    'current-context': name,
    contexts: [{name, context}],
    clusters: [{name: clusterName, cluster: rawCluster}],
    users: userName === '' ? [] : [{name: userName, user: rawUser}],
  }
  try {
    config.loadFromString(JSON.stringify(document))
  } catch (error) {
    throw new UserError(
      `context ${name} of ${where} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  return {config, rawUser, rawCluster, namespace: textOf(context, 'namespace')}
}

function contextHint(names: readonly string[]): string {
  return names.length === 0 ? 'It defines no contexts at all.' : `It defines: ${names.slice(0, 20).join(', ')}.`
}

function inCluster(options: AccessOptions): Chosen {
  const root = options.rootFolder ?? ''
  if (options.env.KUBERNETES_SERVICE_HOST === undefined || !existsSync(`${root}${TOKEN_PATH}`)) {
    throw new UserError('there is no kubeconfig, and this is not a pod with a service account', {
      hint: 'Looked at KUBECONFIG and ~/.kube/config. Without a cluster, give a bundle, a file or sample with --from.',
      next: 'meshctl check deploy/reviews-v1 --from sample',
    })
  }
  const config = new KubeConfig()
  config.loadFromCluster(root)
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim()
  const user = config.getCurrentUser()
  const tokenFile = `${root}${TOKEN_PATH}`
  // The token is read by the credential reader, which trims it and reads it anew each minute.
  return {config, rawUser: user === null ? {} : {tokenFile}, rawCluster: {}, namespace}
}

function serverUrl(cluster: Cluster): URL {
  try {
    return new URL(cluster.server)
  } catch {
    throw new UserError(`cluster ${cluster.name} has a server that is not a URL: ${cluster.server}`)
  }
}

/** Data wins over the file, as in client-go; both apply whether or not the context names a user. */
async function tlsSettings(cluster: Cluster): Promise<TlsSettings> {
  const ca = await dataOrFile(cluster.caData, cluster.caFile, `the certificate authority of cluster ${cluster.name}`)
  if (cluster.skipTLSVerify && ca !== undefined) {
    throw new UserError(`cluster ${cluster.name} sets both a certificate authority and insecure-skip-tls-verify`, {
      hint: 'kubectl refuses that too; remove one of them.',
    })
  }
  return {
    ca: ca ?? (await systemRoots()),
    servername: cluster.tlsServerName || undefined,
    rejectUnauthorized: !cluster.skipTLSVerify,
  }
}

async function systemRoots(): Promise<Buffer | undefined> {
  const found = SYSTEM_ROOTS.find(path => existsSync(path))
  return found === undefined ? undefined : await readFile(found)
}

/** The cluster as a credential plugin is told about it (client.authentication.k8s.io/v1 Cluster). */
function pluginCluster(cluster: Cluster, raw: JsonObject): JsonObject {
  const extension = listOf(raw, 'extensions').find(one => textOf(one, 'name') === 'client.authentication.k8s.io/exec')
  const config = objectOf(extension, 'extension')
  return {
    server: cluster.server,
    ...(cluster.caData ? {'certificate-authority-data': cluster.caData} : {}),
    ...(cluster.tlsServerName ? {'tls-server-name': cluster.tlsServerName} : {}),
    ...(cluster.skipTLSVerify ? {'insecure-skip-tls-verify': true} : {}),
    ...(cluster.proxyUrl ? {'proxy-url': cluster.proxyUrl} : {}),
    ...(flagOf(raw, 'disable-compression') === true ? {'disable-compression': true} : {}),
    ...(config === undefined ? {} : {config}),
  }
}

/** Loopback and private networks: compressing costs more there than it saves. */
function isNear(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isLoopback(host) || /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host)
}
