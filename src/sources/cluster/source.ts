import type {Source} from '../source.js'
import {openApi} from './api/api.js'
import {clusterAccess} from './credentials/kubeconfig.js'
import type {ClusterSettings} from './credentials/settings.js'

/** Asked only for a plugin: Node opens standard input for this. */
function isTerminal(): boolean {
  return process.stdin.isTTY === true
}

/** The live cluster of a kubeconfig context; the connection is opened immediately, but no request is sent before the first query. */
export async function clusterSource(settings: ClusterSettings): Promise<Source> {
  const access = await clusterAccess({settings, env: process.env, interactive: isTerminal})
  const userAgent = `meshctl (${process.platform}/${process.arch})`
  const {requestTimeoutMs, observe, warn} = settings
  const api = await openApi(access, {requestTimeoutMs, userAgent, observe, warn})
  // Loaded while the connection is being made.
  const {sourceOn} = await import('./live-source.js')
  return sourceOn(api, settings, `cluster ${access.contextName}`, settings.namespace ?? access.namespace)
}
