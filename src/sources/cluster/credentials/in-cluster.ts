import {KubeConfig} from '@kubernetes/client-node'
import {UserError} from '../../../model/evidence/user-error.js'

/** Where the pod meshctl runs in finds its API server and its own identity. */
export interface InCluster {
  readonly contextName: string
  readonly clusterName: string
  readonly server: string
  readonly caFile: string
  readonly tokenFile: string
  readonly namespace: string | undefined
}

/** The service account of this pod as the API client's library finds it; the only use of that library, loaded only inside a pod. */
export function inCluster(rootFolder: string): InCluster {
  const config = new KubeConfig()
  config.loadFromCluster(rootFolder)
  const cluster = config.getCurrentCluster()
  const provider = config.getCurrentUser()?.authProvider as {config?: {tokenFile?: string}} | undefined
  const tokenFile = provider?.config?.tokenFile
  if (cluster?.caFile === undefined || tokenFile === undefined) {
    throw new UserError('the service account of this pod has no certificate authority or token')
  }
  const contextName = config.getCurrentContext()
  const namespace = config.getContextObject(contextName)?.namespace?.trim()
  return {contextName, clusterName: cluster.name, server: cluster.server, caFile: cluster.caFile, tokenFile, namespace}
}
