import type {Source} from '../source.js'
import {openApi} from './api.js'
import {clusterAccess} from './kubeconfig.js'
import type {ClusterSettings} from './settings.js'

/** The live cluster of a kubeconfig context; it is connected to at once, but nothing is asked of it before the first question. */
export async function clusterSource(settings: ClusterSettings): Promise<Source> {
  const access = await clusterAccess({settings, env: process.env, interactive: process.stdin.isTTY === true})
  const userAgent = `meshctl (${process.platform}/${process.arch})`
  const {requestTimeoutMs, observe, warn} = settings
  const api = await openApi(access, {requestTimeoutMs, userAgent, observe, warn})
  // Loaded while the connection is being made.
  const {sourceOn} = await import('./live-source.js')
  return sourceOn(api, settings, `cluster ${access.contextName}`, settings.namespace ?? access.namespace)
}
